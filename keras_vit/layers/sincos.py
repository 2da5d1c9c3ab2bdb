"""Positions as sines and cosines (https://arxiv.org/abs/2205.01580)."""

import numpy as np


def sincos_2d(grid_size: tuple[int, int], quarter: int) -> np.ndarray:
    """Fixed positions `(N, 4 * quarter)`: sin x, cos x, sin y, cos y."""
    y, x = np.mgrid[: grid_size[0], : grid_size[1]]
    omega = 10_000.0 ** -(np.arange(quarter) / max(quarter - 1, 1))
    x, y = (np.outer(axis.flatten(), omega) for axis in (x, y))
    parts = [np.sin(x), np.cos(x), np.sin(y), np.cos(y)]
    return np.concatenate(parts, axis=1).astype("float32")
