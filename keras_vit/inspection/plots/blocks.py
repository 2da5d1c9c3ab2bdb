"""One number a head and block (https://arxiv.org/abs/2010.11929, Figure 11)."""

import math
from typing import Any

import numpy as np

from keras_vit.inspection.plots.canvas import (
    TICK,
    labels,
    numbers,
    open_frame,
    shown,
    single_axes,
)


def plot_attention_distance(distances: Any, ax=None):
    """Draw how far each head looks, block by block: Figure 11 of the ViT paper.

    Args:
        distances: pixels `(layers, heads)`, what `attention_distance` returns. NaN
            where a block has fewer heads than another.
        ax: matplotlib axes to draw on. If None, a new figure.

    Returns:
        The new figure, or `ax`.

    Example:

    ```python
    import numpy as np
    from keras_vit import inspection

    distances = np.random.default_rng(0).uniform(20, 100, size=(12, 6))
    figure = inspection.plot_attention_distance(distances)
    ```
    """
    axes = single_axes(ax, height=4.2)
    _dots(axes, "distances", distances)
    labels(axes, "How far each head looks", "block", "mean distance (pixels)")
    axes.set_ylim(bottom=0)
    return shown(axes, ax)


def plot_attention_entropy(entropies: Any, num_tokens: int | None = None, ax=None):
    """Draw over how many tokens each head spreads its weight, block by block.

    Args:
        entropies: nats `(layers, heads)`, what `attention_entropy` returns. NaN where
            a block has fewer heads than another.
        num_tokens: int, tokens that a query can look at; a dashed line marks the
            entropy of looking at all of them alike, its logarithm.
        ax: matplotlib axes to draw on. If None, a new figure.

    Returns:
        The new figure, or `ax`.

    Example:

    ```python
    import numpy as np
    from keras_vit import inspection

    entropies = np.random.default_rng(0).uniform(0, 5, size=(12, 6))
    figure = inspection.plot_attention_entropy(entropies, num_tokens=197)
    ```
    """
    axes = single_axes(ax, height=4.2)
    _dots(axes, "entropies", entropies)
    if num_tokens is not None:
        most = math.log(num_tokens)
        axes.axhline(most, color="black", linestyle="--")
        axes.annotate(
            f"all {num_tokens} tokens alike",
            (0.02, most),
            xycoords=("axes fraction", "data"),
            xytext=(0, 4),
            textcoords="offset points",
            fontsize=TICK,
        )
        axes.margins(y=0.12)
    labels(axes, "How widely each head looks", "block", "entropy (nats)")
    axes.set_ylim(bottom=0)
    return shown(axes, ax)


def _dots(axes, name, values) -> None:
    """A dot a head, a line through the means."""
    values = numbers(name, values, "(layers, heads)")
    blocks = np.broadcast_to(np.arange(len(values))[:, None], values.shape)
    axes.plot(np.nanmean(values, axis=1), color="0.6", label="mean")
    style = {"color": "tab:blue", "markersize": 7, "alpha": 0.7, "label": "head"}
    axes.plot(blocks.ravel(), values.ravel(), "o", **style)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend(fontsize=TICK, frameon=False)
    open_frame(axes)
