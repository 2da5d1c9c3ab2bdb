"""What the patch embedding sees: its patches and its filters (Figure 7, left)."""

import math
from typing import Any

import keras
import numpy as np

from keras_vit.arguments import pair
from keras_vit.inspection.plots.canvas import bare, numbers, shown, single_axes
from keras_vit.inspection.plots.photographs import as_picture
from keras_vit.inspection.plots.tiles import middles, tiled
from keras_vit.windows import window_partition

FILTERS_A_ROW = 7  # the paper's figure: 4 rows of 7
PADDING = 0.8  # a pale gray, though what a model sees there is zeros
MOST_NUMBERED = 10  # patches along an axis: more would not leave room for a number


def plot_patch_filters(filters: Any, ax=None):
    """Draw the principal components of the patch embedding: Figure 7 (left).

    Each filter is stretched so that gray is zero and its largest weight is full color.

    Args:
        filters: `(components, rows, columns, channels)` of `patch_filters`. Three
            channels are drawn in color, the mean of any other number in gray.
        ax: matplotlib axes to draw on. If None, a new figure.

    Returns:
        The new figure, or `ax`.

    Example:

    ```python
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.ViTTi16(input_shape=(32, 32, 3))
    figure = inspection.plot_patch_filters(inspection.patch_filters(model))
    ```
    """
    filters = numbers("filters", filters, "(components, rows, columns, channels)")
    if filters.shape[-1] != 3:
        filters = filters.mean(-1, keepdims=True).repeat(3, axis=-1)
    largest = np.abs(filters).max(axis=(1, 2, 3), keepdims=True)
    colors = 0.5 + 0.5 * filters / np.maximum(largest, 1e-12)
    columns = min(FILTERS_A_ROW, len(colors))
    rows = math.ceil(len(colors) / columns)
    white = np.ones((rows * columns - len(colors), *colors.shape[1:]))
    grid = np.concatenate([colors, white]).reshape(rows, columns, *colors.shape[1:])
    tall, wide = colors.shape[1:3]
    axes = single_axes(ax, 6.4 * rows * tall / (columns * wide) + 0.5)
    axes.imshow(tiled(grid, max(1, min(tall, wide) // 8), 1.0))
    bare(axes, f"The first {len(colors)} components of the patch embedding")
    return shown(axes, ax)


def plot_patches(image: Any, patch_size: int | tuple[int, int] = 16, ax=None):
    """Draw an image cut into its patches, numbered in the order of the tokens.

    Numbers are left out where there are more than ten patches a row. A part of the
    image that fills no whole patch is padded (pale gray), as Swin does.

    Args:
        image: `(H, W, C)` or `(H, W)`.
        patch_size: int or (rows, columns), pixels of a patch.
        ax: matplotlib axes to draw on. If None, a new figure.

    Returns:
        The new figure, or `ax`.

    Example:

    ```python
    import numpy as np
    from keras_vit import inspection

    image = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype="uint8")
    figure = inspection.plot_patches(image, patch_size=16)
    ```
    """
    tall, wide = pair(patch_size, "patch_size")
    patches = cut(as_picture(image), (tall, wide))  # (rows, columns, P, P, 3)
    rows, columns = patches.shape[:2]
    gap = max(1, round(max(rows * tall, columns * wide) / 100))
    axes = single_axes(ax, 6.4 * rows * tall / (columns * wide) + 0.5)
    axes.imshow(tiled(patches, gap, 1.0), vmin=0, vmax=1)
    bare(axes, f"{rows} × {columns} = {rows * columns} patches of {tall} × {wide}")
    if max(rows, columns) <= MOST_NUMBERED:
        ys, xs = middles(rows, tall, gap), middles(columns, wide, gap)
        for number in range(rows * columns):
            row, column = divmod(number, columns)
            write(axes, xs[column], ys[row], number)
    return shown(axes, ax)


def cut(picture: np.ndarray, patch: tuple[int, int]) -> np.ndarray:
    """(H, W) or (H, W, 3) -> (rows, columns, P, P, 3), padded in gray."""
    if picture.ndim == 2:
        picture = picture[..., None].repeat(3, axis=-1)
    rows, columns = (-(-s // p) for s, p in zip(picture.shape, patch, strict=False))
    padded = np.full((rows * patch[0], columns * patch[1], 3), PADDING)
    padded[: picture.shape[0], : picture.shape[1]] = picture
    parts = keras.ops.convert_to_numpy(window_partition(padded[None], patch))
    return parts.reshape(rows, columns, *patch, 3)


def write(axes, x, y, text, size=12) -> None:
    """White letters with a dark rim, to be read on any photograph."""
    from matplotlib.patheffects import withStroke

    axes.text(
        x,
        y,
        text,
        ha="center",
        va="center",
        color="white",
        fontsize=size,
        fontweight="bold",
        path_effects=[withStroke(linewidth=2.5, foreground="black")],
    )
