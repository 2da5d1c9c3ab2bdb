"""Which pixels a token depends on, block by block."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_vit.inspection.plots.canvas import (
    ATTENTION,
    TITLE,
    bare,
    color_bar,
    numbers,
    panels,
    some_blocks,
)

ORDERS = 4  # of magnitude that the colors span


def plot_receptive_field(
    fields: Any,
    position: tuple[int, int] | None = None,
    blocks: Sequence[int] | None = None,
    title: str | None = None,
):
    """Draw which pixels a token depends on after some of the blocks.

    Colors are logarithms of the gradient, relative to the largest of the block. White
    pixels have no influence at all.

    Args:
        fields: `(blocks, H, W)` of `receptive_field`.
        position: (row, column) of the pixel whose token was looked at: a red ring.
        blocks: the blocks to draw. If None, four from the first to the last.
        title: above the picture.

    Returns:
        The new figure.

    Example:

    ```python
    import numpy as np
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.SwinTransformer(
        hidden_dim=8, depths=[2], num_heads=[2], window_size=4, input_shape=(32, 32, 3)
    )
    fields = inspection.receptive_field(model, position=(13, 18))
    figure = inspection.plot_receptive_field(fields, position=(13, 18))
    ```
    """
    fields = numbers("fields", fields, "(blocks, height, width)")
    blocks = some_blocks(blocks, len(fields))
    title = title or "Pixels that one token depends on"
    picture, axes = panels(len(blocks), 2, fields.shape[1] / fields.shape[2], title)
    for panel, block in zip(axes, blocks, strict=True):
        field = fields[block] / max(fields[block].max(), np.finfo("float32").tiny)
        mappable = panel.imshow(
            np.where(field > 0, np.maximum(field, 10.0**-ORDERS), np.nan),
            cmap=ATTENTION,
            norm=_logarithms(),
            interpolation="nearest",
        )
        share = np.count_nonzero(field) / field.size
        bare(panel, f"block {block}: {100 * share:.0f} % of pixels")
        panel.title.set_fontsize(TITLE - 1)
        panel.spines[:].set_visible(True)
        if position is not None:
            panel.plot(*position[::-1], "o", color="red", ms=14, mew=2.5, mfc="none")
    color_bar(mappable, axes, "gradient (share of the largest)")
    return picture


def _logarithms():
    from matplotlib.colors import LogNorm

    return LogNorm(vmin=10.0**-ORDERS, vmax=1.0)
