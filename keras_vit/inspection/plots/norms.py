"""How long tokens are, block by block (https://arxiv.org/abs/2309.16588, Figure 3)."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_vit.inspection.plots.canvas import (
    TICK,
    labels,
    open_frame,
    shown,
    single_axes,
)

PATCH, CLASS_TOKEN, REGISTER = "tab:blue", "tab:orange", "tab:green"


def plot_token_norms(norms: Sequence[Any], num_prefix_tokens: int = 1, ax=None):
    """Draw the length of each token after each block, where outliers show.

    Args:
        norms: one array a block, what `token_norms` returns: of a ViT `(B, N)`, of a
            Swin `(B, rows, columns)`.
        num_prefix_tokens: int, tokens of a ViT that stand before its patches: the class
            token, then registers.
        ax: matplotlib axes to draw on. If None, a new figure.

    Returns:
        The new figure, or `ax`. The lengths are on a logarithmic scale.

    Raises:
        ValueError: if the arrays are not those of blocks.

    Example:

    ```python
    import numpy as np
    from keras_vit import inspection

    rng = np.random.default_rng(0)
    norms = [rng.uniform(10, 50, size=(2, 1 + 4 + 9)) for block in range(12)]
    figure = inspection.plot_token_norms(norms, num_prefix_tokens=1 + 4)
    ```
    """
    arrays = [np.asarray(block) for block in norms]
    if not arrays or any(array.ndim not in (2, 3) for array in arrays):
        raise ValueError(
            "`norms` should be a list with an array for each block, (images, tokens) or"
            f" (images, rows, columns). Received: shapes {[a.shape for a in arrays]}"
        )
    prefix = num_prefix_tokens if arrays[0].ndim == 2 else 0
    axes = single_axes(ax, height=4.2)
    kinds = (
        ("patch", PATCH, slice(prefix, None), 3, 0.3),
        ("class token", CLASS_TOKEN, slice(0, min(prefix, 1)), 8, 1.0),
        ("register", REGISTER, slice(1, prefix), 8, 1.0),
    )
    for name, color, tokens, size, alpha in kinds:
        rows = [array.reshape(len(array), -1)[:, tokens].ravel() for array in arrays]
        if not rows[0].size:
            continue
        blocks = np.repeat(np.arange(len(rows)), [row.size for row in rows])
        style = {"color": color, "markersize": size, "alpha": alpha, "label": name}
        axes.plot(blocks, np.concatenate(rows), "o", **style)
    axes.set_yscale("log")
    axes.xaxis.get_major_locator().set_params(integer=True)
    labels(axes, "How long the tokens are", "block", "length")
    for handle in axes.legend(fontsize=TICK, frameon=False).legend_handles:
        handle.set_alpha(1)
    open_frame(axes)
    return shown(axes, ax)
