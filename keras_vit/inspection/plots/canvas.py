"""What all pictures share: large letters, few panels, a bar for each color."""

import math
from collections.abc import Sequence
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
            'pip install "keras-vit-swin[plots]"'
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


def most_of(values: np.ndarray) -> float:
    """The top of a color scale that a few outliers do not use up.

    One token in a thousand may get half of the weight. If the largest number is more
    than twice the 99th percentile, the scale ends there, and `color_bar` has an arrow.
    """
    largest, most = float(np.max(values)), float(np.percentile(values, 99))
    return max(most if largest > 2 * most > 0 else largest, 1e-12)


def color_bar(
    mappable, axes, label: str, largest: float | None = None, percent: bool = False
):
    """Which number a color is.

    Args:
        mappable: what has the colors.
        axes: one, or a list of panels that share the bar.
        label: what the number is, and its unit.
        largest: of the numbers. An arrow shows that it is beyond the scale.
        percent: whether 0.01 is to be read as 1 %, as is fit for shares of one.
    """
    from matplotlib.ticker import FuncFormatter

    figure = mappable.axes.figure
    beyond = largest is not None and largest > mappable.norm.vmax
    bar = figure.colorbar(
        mappable,
        ax=axes,
        fraction=0.046,
        pad=0.03,
        extend="max" if beyond else "neither",
        format=FuncFormatter(_as_percent) if percent else None,
    )
    bar.set_label(label, fontsize=LABEL)
    bar.ax.tick_params(labelsize=TICK)
    bar.outline.set_visible(False)
    return bar


def _as_percent(share: float, _) -> str:
    return f"{100 * share:.3g} %"


def open_frame(axes) -> None:
    """A chart without a box, on a pale grid."""
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)


def some_blocks(blocks: Sequence[int] | None, count: int) -> list[int]:
    """The blocks to draw, counted from 0: those asked for, or four of them all."""
    if blocks is None:
        spread = np.linspace(0, count - 1, 4).round().astype(int)
        return [int(block) for block in np.unique(spread)]
    if not len(blocks) or not all(-count <= block < count for block in blocks):
        raise ValueError(
            f"`blocks` should be some of the {count} blocks, 0 to {count - 1}. "
            f"Received: {blocks!r}"
        )
    return [int(block) % count for block in blocks]


def numbers(name: str, values: Any, shape: str, mend: str = "") -> np.ndarray:
    """An array of as many axes as `shape` names, such as "(heads, rows, columns)"."""
    array = np.asarray(values)
    if array.ndim != shape.count(",") + 1 or not array.size:
        raise ValueError(
            f"`{name}` should be an array {shape}. Received: shape {array.shape}."
            + (f" {mend}" if mend else "")
        )
    return array
