"""What the page shows of one image: who attends to whom, in each block.

A ViT's block is one window of all tokens; a Swin's has many. `places` tells where on
the block's grid each token of a window lies: row * columns + column, -1 for padding, -2
for the class token and -3, -4, ... for the others before the patches.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_vit.inspection.found import Found
from keras_vit.inspection.page.packing import as_text, pack_weights
from keras_vit.inspection.places import window_places

FIRST_PREFIX = -2  # -1 is padding


def attention_views(
    found: Found, scores: Sequence[np.ndarray], numbers: Sequence[int], image: int
) -> list[dict[str, Any]]:
    """One view a block.

    Args:
        found: the model.
        scores: what `attention_maps` gave for these blocks.
        numbers: of the blocks.
        image: which image of the batch.
    """
    views = []
    for of_block, number in zip(scores, numbers, strict=True):
        weights = of_block[image]
        if found.kind == "vit":
            weights = weights[None]  # (heads, N, N) -> one window
        windows, heads, tokens, _ = weights.shape
        rows, columns = found.maps[number]
        views.append(
            {
                "name": found.blocks[number].name,
                "rows": rows,
                "columns": columns,
                "windows": windows,
                "heads": heads,
                "tokens": tokens,
                "places": as_text(places(found, number).astype("<i2")),
                **pack_weights(weights),
            }
        )
    return views


def matrix_view(name: str, found: Found, matrix: np.ndarray) -> dict[str, Any]:
    """A view of one matrix (N, N) between the patches of the last block's grid.

    Negative entries count as 0.
    """
    rows, columns = found.maps[-1]
    places_of_all = np.arange(rows * columns)
    if len(matrix) > len(places_of_all):  # tokens before the patches come along
        before = FIRST_PREFIX - np.arange(len(matrix) - len(places_of_all))
        places_of_all = np.concatenate([before, places_of_all])
    return {
        "name": name,
        "rows": rows,
        "columns": columns,
        "windows": 1,
        "heads": 1,
        "tokens": len(matrix),
        "places": as_text(places_of_all.astype("<i2")),
        **pack_weights(np.maximum(matrix, 0)[None, None]),
    }


def places(found: Found, number: int) -> np.ndarray:
    """Where each token of each window lies, (windows, tokens)."""
    if found.kind == "vit":
        rows, columns = found.maps[number]
        before = FIRST_PREFIX - np.arange(found.num_prefix_tokens)
        return np.concatenate([before, np.arange(rows * columns)])[None]
    return window_places(found.layout(number))
