"""Small arrays set beside each other on one axes, with gaps between them."""

import numpy as np


def tiled(tiles: np.ndarray, gap: int = 1, filling: float = np.nan) -> np.ndarray:
    """Set a grid of arrays side by side.

    Args:
        tiles: `(rows, columns, h, w)` or `(rows, columns, h, w, channels)`.
        gap: how many places stay free between two tiles.
        filling: what fills the gaps.

    Returns:
        `(rows * (h + gap) - gap, columns * (w + gap) - gap)`, and channels if there
        are any.
    """
    rows, columns, height, width, *channels = tiles.shape
    widths = [(0, 0), (0, 0), (0, gap), (0, gap), *((0, 0) for _ in channels)]
    spaced = np.pad(
        tiles.astype("float64"), widths, mode="constant", constant_values=filling
    )
    # (rows, columns, h, w, ...) -> (rows, h, columns, w, ...)
    turned = np.swapaxes(spaced, 1, 2)
    shape = (rows * (height + gap), columns * (width + gap), *channels)
    return turned.reshape(shape)[: shape[0] - gap, : shape[1] - gap]


def middles(count: int, size: int, gap: int = 1) -> list[float]:
    """Where the middles of tiles lie along an axis of `imshow`."""
    return [i * (size + gap) + (size - 1) / 2 for i in range(count)]
