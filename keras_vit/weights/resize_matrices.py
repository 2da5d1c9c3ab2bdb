"""Resizing of one axis as a matrix, `(new, old)`, in float64.

Every resize of weights and images is separable: one such matrix an axis.
"""

import math

import numpy as np


def cubic_kernel(distance: np.ndarray, a: float) -> np.ndarray:
    """Evaluate Keys' cubic convolution kernel.

    Args:
        distance: Array, distances from the sample in (scaled) pixels.
        a: Slope parameter: -0.5 (Keys, Pillow) or -0.75 (PyTorch without
            antialiasing).

    Returns:
        Array of kernel values, zero from a distance of 2.
    """
    x = np.abs(distance)
    near = (a + 2) * x**3 - (a + 3) * x**2 + 1
    far = a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


def triangle_kernel(distance: np.ndarray) -> np.ndarray:
    """Evaluate the kernel of bilinear interpolation.

    Args:
        distance: Array, distances from the sample in (scaled) pixels.

    Returns:
        Array of kernel values, zero from a distance of 1.
    """
    return np.maximum(0.0, 1.0 - np.abs(distance))


def antialiased_matrix(old: int, new: int, method: str = "bicubic") -> np.ndarray:
    """Build the matrix of an antialiased resize of one axis.

    Centres are aligned at half pixels, the kernel widens with the shrinking
    factor, and weights that fall outside are cut off and the rest renormalised,
    as Pillow and `torch.nn.functional.interpolate(antialias=True)` do.

    Args:
        old: Number of samples before.
        new: Number of samples after.
        method: `"bicubic"` (a = -0.5) or `"bilinear"`.

    Returns:
        Float64 array of shape `(new, old)`, each row summing to 1.
    """
    scale = old / new
    stretch = max(scale, 1.0)
    support = stretch * (2.0 if method == "bicubic" else 1.0)
    matrix = np.zeros((new, old))
    for row in range(new):
        centre = scale * (row + 0.5)
        first = max(int(centre - support + 0.5), 0)
        last = min(int(centre + support + 0.5), old)
        distance = (np.arange(first, last) + 0.5 - centre) / stretch
        if method == "bicubic":
            weights = cubic_kernel(distance, -0.5)
        else:
            weights = triangle_kernel(distance)
        matrix[row, first:last] = weights / weights.sum()
    return matrix


def plain_bicubic_matrix(old: int, new: int) -> np.ndarray:
    """Build the matrix of a bicubic resize of one axis without antialiasing.

    Samples beyond the edge repeat the edge and a = -0.75, as in
    `torch.nn.functional.interpolate(mode="bicubic", align_corners=False)`, with
    which Microsoft's Swin code resizes its bias tables.

    Args:
        old: Number of samples before.
        new: Number of samples after.

    Returns:
        Float64 array of shape `(new, old)`.
    """
    matrix = np.zeros((new, old))
    for row in range(new):
        centre = (row + 0.5) * old / new - 0.5
        first = math.floor(centre) - 1
        for sample in range(first, first + 4):
            weight = cubic_kernel(np.asarray(centre - sample), -0.75)
            matrix[row, min(max(sample, 0), old - 1)] += float(weight)
    return matrix


def log_spaced_matrix(old: int, new: int) -> np.ndarray:
    """Build the matrix that stretches one axis of a bias table as timm does.

    The old offsets are laid out in a geometric progression over the new range, so
    that near offsets keep their values, and are joined by straight lines. From
    BEiT: https://arxiv.org/abs/2106.08254.

    Args:
        old: Number of offsets before, odd (2 · window - 1).
        new: Number of offsets after, odd.

    Returns:
        Float64 array of shape `(new, old)`.
    """
    half = old // 2
    low, high = 1.01, 1.5
    while high - low > 1e-6:
        ratio = (low + high) / 2
        if (1.0 - ratio**half) / (1.0 - ratio) > new // 2:
            high = ratio
        else:
            low = ratio
    distances = np.cumsum(ratio ** np.arange(half))
    offsets = np.concatenate([-distances[::-1], [0.0], distances])
    wanted = np.arange(new) - new // 2
    return np.stack([np.interp(wanted, offsets, unit) for unit in np.eye(old)], axis=1)
