"""What a model knows of places: cosines of positions, biases of offsets."""

import math
from typing import Any

import numpy as np

from keras_vit.inspection.plots.canvas import (
    SIGNED,
    TICK,
    bare,
    color_bar,
    labels,
    numbers,
    panels,
    shown,
    single_axes,
)
from keras_vit.inspection.plots.tiles import middles, tiled

MOST_TILES = 8  # along an axis: 60 pixels each at 80 dpi


def plot_position_similarity(similarity: Any, every: int | None = None, ax=None):
    """Draw how alike positions are: the grid of grids, Figure 7 (center) of the paper.

    The small grid in row i and column j shows the cosine between the position of patch
    (i, j) and that of every patch.

    Args:
        similarity: `(rows, columns, rows, columns)` of `position_similarity`.
        every: int, draw every so-many-th row and column of small grids. If None, so
            that at most 8 are side by side.
        ax: matplotlib axes to draw on. If None, a new figure.

    Returns:
        The new figure, or `ax`.

    Example:

    ```python
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.ViTTi16(position_embedding="sincos_2d", input_shape=(64, 80, 3))
    similarity = inspection.position_similarity(model)  # (4, 5, 4, 5)
    figure = inspection.plot_position_similarity(similarity)
    ```
    """
    similarity = numbers("similarity", similarity, "(rows, columns, rows, columns)")
    rows, columns = similarity.shape[:2]
    every = every or math.ceil(max(rows, columns) / MOST_TILES)
    chosen = similarity[::every, ::every]
    axes = single_axes(ax, height=5.4)
    gap = max(1, max(rows, columns) // 8)
    mappable = axes.imshow(
        tiled(chosen, gap), cmap=SIGNED, vmin=min(chosen.min(), 0), vmax=1
    )
    labels(axes, "Cosine between positions", "column of a patch", "row of a patch")
    axes.set_yticks(middles(chosen.shape[0], rows, gap), range(0, rows, every))
    axes.set_xticks(middles(chosen.shape[1], columns, gap), range(0, columns, every))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    color_bar(mappable, axes, "cosine")
    return shown(axes, ax)


def plot_relative_position_bias(bias: Any, title: str | None = None):
    """Draw what each head adds to its logits for each offset between two tokens.

    Args:
        bias: `(heads, 2 Mh - 1, 2 Mw - 1)`, one block of `relative_position_bias`. The
            center is a token's own place.
        title: above the picture.

    Returns:
        The new figure.

    Example:

    ```python
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.SwinT(input_shape=(64, 64, 3))
    first = inspection.relative_position_bias(model)[0]  # (3, 13, 13)
    figure = inspection.plot_relative_position_bias(first)
    ```
    """
    bias = numbers("bias", bias, "(heads, row offsets, column offsets)")
    heads, tall, wide = bias.shape
    title = title or "Bias by offset of the query from the key"
    picture, axes = panels(heads, 3, tall / wide, title)
    most = max(np.abs(bias).max(), 1e-12)
    down, right = tall // 2, wide // 2
    for head, panel in enumerate(axes):
        mappable = panel.imshow(
            bias[head],
            cmap=SIGNED,
            vmin=-most,
            vmax=most,
            extent=(-right - 0.5, right + 0.5, down + 0.5, -down - 0.5),
        )
        bare(panel, f"head {head}")
        panel.set_yticks([-down, 0, down] if head % 3 == 0 else [])
        panel.set_xticks([-right, 0, right])
        panel.tick_params(labelsize=TICK)
    color_bar(mappable, axes, "added to the logits")
    return picture
