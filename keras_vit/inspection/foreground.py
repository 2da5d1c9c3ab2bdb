"""Tell an object from its background by one number a patch.

B images; rows, columns of patches.
"""

import numpy as np


def border(rows: int, columns: int) -> np.ndarray:
    """The outermost ring of a grid, boolean `(rows, columns)`."""
    ring = np.ones((rows, columns), bool)
    ring[1:-1, 1:-1] = False
    return ring


def best_split(values: np.ndarray) -> float:
    """The threshold that parts numbers into the two groups that differ most.

    Otsu's: the largest variance between the groups (doi 10.1109/TSMC.1979.4310076).
    Numbers that are all alike are split below them all.
    """
    ordered = np.sort(values.ravel())
    left = np.arange(1, ordered.size)
    if not left.size or ordered[0] == ordered[-1]:
        return ordered[0] - 1.0
    right = ordered.size - left
    sums = np.cumsum(ordered)
    difference = sums[:-1] / left - (sums[-1] - sums[:-1]) / right
    best = np.argmax(left * right * difference**2)
    return (ordered[best] + ordered[best + 1]) / 2


def above_background(scores: np.ndarray) -> np.ndarray:
    """Move and turn scores so that they are positive on the object alone.

    Each image is split by itself: one threshold for all would take the whole of a
    close-up, and nothing of a small object. The side that has most of the borders is
    the background, of all the images together, since they share what is measured.

    Args:
        scores: `(B, rows, columns)`, what separates object and background.

    Returns:
        `(B, rows, columns)`.
    """
    splits = np.array([best_split(image) for image in scores])
    above = scores - splits[:, None, None]
    ring = border(*scores.shape[1:])
    return -above if (above[:, ring] > 0).mean() > 0.5 else above
