"""From the tokens that are read out back to the patches, through the attention.

Attention rollout and its kin multiply a matrix a block, and of the product one row is
wanted. A row times a matrix, from the last block to the first, is that row without the
product: Swin's matrices on the plane are never made.

B images, nW windows, N tokens of a window, P places of a map (ViT: its tokens are one
window and its places).
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from keras_vit.inspection.found import Found
from keras_vit.inspection.places import merged_places, window_places


def token_places(found: Found, number: int) -> np.ndarray:
    """For each window, the places of its tokens: `(nW, N)`, -1 for padding."""
    if found.kind == "swin":
        return window_places(found.layout(number))
    return np.arange(found.num_tokens(number))[None]


def first_row(found: Found, images: int) -> np.ndarray:
    """What is read out of the last block's places, `(B, P)`; adds up to 1.

    The class token, or the mean over the patches where that is what is read.
    """
    before = found.num_prefix_tokens
    rows, columns = found.maps[-1]
    row = np.zeros((images, before + rows * columns))
    if found.reads_class_token:
        row[:, 0] = 1
    else:
        row[:, before:] = 1 / (rows * columns)
    return row


def through_windows(row, matrices, places) -> np.ndarray:
    """A row times the matrix on the plane that the windows' matrices make.

    Args:
        row: `(B, P)`.
        matrices: `(B, nW, N, N)`, query by key.
        places: `(nW, N)`.

    Returns:
        `(B, P)`.
    """
    with_padding = np.pad(row, ((0, 0), (0, 1)))  # place -1, which has nothing
    in_windows = with_padding[:, places][:, :, None]  # (B, nW, 1, N)
    result = np.zeros_like(with_padding)
    result[:, places] = (in_windows @ matrices)[:, :, 0]
    return result[:, :-1]


def through_merging(row: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A row times the matrix by which each place is the mean of its neighbors.

    Args:
        row: `(B, P)` on the map after the merging.
        size: (rows, columns) of the map before it.
    """
    merged = merged_places(size)
    return (row / np.bincount(merged))[:, merged]


def walk_back(
    found: Found,
    blocks: Sequence[np.ndarray],
    step: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray],
) -> np.ndarray:
    """Follow a row from the last block to the patches.

    Args:
        found: what `find` gave.
        blocks: for each block, what `step` takes for its matrices, `(B, nW, N, N)`.
        step: function of a row, the matrices and the places that gives the row before
            the block.

    Returns:
        float64 `(B, rows, columns)` on the grid of patches; what is left for class
        token and registers is left out.
    """
    row = first_row(found, len(blocks[0]))
    for number in reversed(range(len(blocks))):
        row = step(row, blocks[number], token_places(found, number))
        for size in _merged_before(found, number):
            row = through_merging(row, size)
    return row[:, found.num_prefix_tokens :].reshape(-1, *found.grid_size)


def _merged_before(found: Found, number: int) -> Iterator[tuple[int, int]]:
    """The map before the merging that stands between this block and the last one."""
    if number > 0 and found.stages[number] != found.stages[number - 1]:
        yield found.maps[number - 1]
