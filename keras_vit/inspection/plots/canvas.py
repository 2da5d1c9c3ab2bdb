"""What all pictures share: large letters, few panels, a bar for each color."""

import math
from typing import Any

import numpy as np

TITLE, LABEL, TICK = 15, 14, 12  # points: a phone shows 80 dpi at three quarters
WIDTH = 6.4  # inches
BAR = 1.1  # inches that a color bar and its label take
ATTENTION, SIGNED = "viridis", "cividis"  # both perceptually even


def new_picture(width: float, height: float):
    """An empty figure, or how to get matplotlib."""
    try:
        from keras_vit.inspection.plots.picture import Picture
    except ImportError as error:
        raise ImportError(
            "keras_vit.inspection draws with matplotlib, which is not installed: "
            "pip install keras-vit-swin[plots]"
        ) from error
    return Picture(figsize=(width, height))


def single_axes(ax, height: float = 5.0):
    """The axes that were given, or those of a new picture."""
    return new_picture(WIDTH, height).subplots() if ax is None else ax


def shown(axes, ax):
    """What a plot returns: the `ax` that it was given, or its new picture."""
    return axes.figure if ax is None else ax


def panels(
    count: int,
    columns: int,
    aspect: float = 1.0,
    title: str | None = None,
    bar: bool = True,
    width: float = WIDTH,
):
    """A picture of several panels.

    Args:
        count: how many.
        columns: side by side.
        aspect: height by width of one.
        title: above all.
        bar: whether a color bar takes its part of the width.
        width: inches.

    Returns:
        The picture and a list of its axes.
    """
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    side = (width - (BAR if bar else 0)) / columns
    height = rows * (side * aspect + 0.35) + (0.4 if title else 0.1)
    picture = new_picture(width, max(height, 2.4))
    grid = picture.subplots(rows, columns, squeeze=False).ravel()
    for empty in grid[count:]:
        empty.remove()
    if title:
        picture.suptitle(title, fontsize=TITLE)
    return picture, list(grid[:count])


def labels(axes, title: str, x: str = "", y: str = "") -> None:
    """Title and labels in letters that a phone shows."""
    axes.set_title(title, fontsize=TITLE)
    axes.set_xlabel(x, fontsize=LABEL)
    axes.set_ylabel(y, fontsize=LABEL)
    axes.tick_params(labelsize=TICK)


def bare(axes, title: str = "") -> None:
    """No ticks: a picture's places need no numbers."""
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    if title:
        axes.set_title(title, fontsize=TITLE)


def color_bar(mappable, axes, label: str):
    """Which number a color is; `axes` may be a list of panels that share it."""
    figure = mappable.axes.figure
    bar = figure.colorbar(mappable, ax=axes, fraction=0.046, pad=0.03)
    bar.set_label(label, fontsize=LABEL)
    bar.ax.tick_params(labelsize=TICK)
    bar.outline.set_visible(False)
    return bar


def open_frame(axes) -> None:
    """A chart without a box, on a pale grid."""
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)


def numbers(name: str, values: Any, shape: str, mend: str = "") -> np.ndarray:
    """An array of as many axes as `shape` names, such as "(heads, rows, columns)"."""
    array = np.asarray(values)
    if array.ndim != shape.count(",") + 1 or not array.size:
        raise ValueError(
            f"`{name}` should be an array {shape}. Received: shape {array.shape}."
            + (f" {mend}" if mend else "")
        )
    return array
