"""What the heads of one block do, side by side."""

from typing import Any

import numpy as np

from keras_vit.inspection.plots.canvas import (
    ATTENTION,
    LABEL,
    bare,
    color_bar,
    most_of,
    numbers,
    panels,
)
from keras_vit.inspection.plots.overlay import frame_place, lay_over

COLUMNS = 3  # panels of 170 pixels at 80 dpi
ONE_BLOCK = "Give one image of one block: `attention_maps(model, images)[block][0]`."


def plot_attention_maps(scores: Any, heads=None, title: str | None = None):
    """Draw the attention matrices of one block: which token looks at which.

    Colors are square roots of the weights, since few tokens get most of the weight;
    the color bar shows the weights, and an arrow at its top that some are larger.

    Args:
        scores: `(heads, N, N)`, one image of one block of `attention_maps`; of a Swin
            one window too.
        heads: the heads to draw. If None, all.
        title: above the picture.

    Returns:
        The new figure.

    Example:

    ```python
    import numpy as np
    from keras_vit import inspection

    scores = np.random.default_rng(0).dirichlet(np.ones(5), size=(3, 5))
    figure = inspection.plot_attention_maps(scores)
    ```
    """
    scores = numbers("scores", scores, "(heads, queries, keys)", ONE_BLOCK)
    heads = _heads(heads, len(scores))
    title = title or "Which token looks at which"
    picture, axes = panels(len(heads), COLUMNS, title=title)
    most = most_of(scores[heads])
    for panel, head in zip(axes, heads, strict=True):
        mappable = panel.imshow(
            np.asarray(scores[head], "float32"),
            cmap=ATTENTION,
            norm=_square_roots(most),
            interpolation="antialiased",
        )
        bare(panel, f"head {head}")
    picture.supylabel("query", fontsize=LABEL)
    picture.supxlabel("key", fontsize=LABEL)
    color_bar(mappable, axes, "weight", scores[heads].max(), percent=True)
    return picture


def _square_roots(most: float):
    from matplotlib.colors import PowerNorm

    return PowerNorm(0.5, vmin=0.0, vmax=most)


def _heads(heads, count: int) -> list[int]:
    wanted = list(range(count)) if heads is None else [int(head) for head in heads]
    if not all(-count <= head < count for head in wanted) or not len(wanted):
        raise ValueError(
            f"`heads` should name some of the {count} heads, 0 to {count - 1}. "
            f"Received: {heads!r}"
        )
    return [head % count for head in wanted]


def plot_attention_heads(
    attention: Any, image: Any = None, position=None, heads=None, title=None
):
    """Draw where each head of one block looks from one query.

    Args:
        attention: `(heads, rows, columns)`, weights of one query over the places of the
            image.
        image: `(H, W, C)` to lay the maps over, or None.
        position: (row, column) of the query, which gets a red frame; None for a query
            that has no place, such as the class token.
        heads: the heads to draw. If None, all.
        title: above the picture.

    Returns:
        The new figure.

    Example:

    ```python
    import numpy as np
    from keras_vit import inspection

    attention = np.random.default_rng(0).dirichlet(np.ones(20), size=3)
    figure = inspection.plot_attention_heads(attention.reshape(3, 4, 5))
    ```
    """
    attention = numbers("attention", attention, "(heads, rows, columns)")
    heads = _heads(heads, len(attention))
    aspect = attention.shape[1] / attention.shape[2]
    title = title or "Where each head looks"
    picture, axes = panels(len(heads), COLUMNS, aspect, title)
    most = most_of(attention[heads])
    for panel, head in zip(axes, heads, strict=True):
        mappable = lay_over(panel, attention[head], image, norm=_square_roots(most))
        bare(panel, f"head {head}")
        if position is not None:
            frame_place(panel, position, attention.shape[1:])
    color_bar(mappable, axes, "weight", attention[heads].max(), percent=True)
    return picture
