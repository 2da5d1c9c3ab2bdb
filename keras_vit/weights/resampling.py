"""Resizing of weights in NumPy, so that every backend loads the same bits.

FlexiViT (pseudo-inverse resize of patch kernels): https://arxiv.org/abs/2212.08013
BEiT (log-spaced bias tables): https://arxiv.org/abs/2106.08254
"""

import math

import numpy as np

from keras_vit.weights.resize_matrices import (
    antialiased_matrix,
    log_spaced_matrix,
    plain_bicubic_matrix,
)


def apply_matrices(
    grid: np.ndarray, rows: np.ndarray, columns: np.ndarray
) -> np.ndarray:
    """Resize the first two axes of an array by one matrix each.

    Args:
        grid: Array of shape `(H, W, ...)`.
        rows: Array of shape `(new_H, H)`.
        columns: Array of shape `(new_W, W)`.

    Returns:
        Float32 array of shape `(new_H, new_W, ...)`.
    """
    grid = np.asarray(grid, dtype="float64")
    tall = np.tensordot(rows, grid, axes=(1, 0))  # (H, W, ...) -> (h, W, ...)
    wide = np.tensordot(columns, tall, axes=(1, 1))  # (h, W, ...) -> (w, h, ...)
    return np.ascontiguousarray(np.swapaxes(wide, 0, 1), dtype="float32")


def resize_positions(
    positions: np.ndarray, old_grid: tuple[int, int], new_grid: tuple[int, int]
) -> np.ndarray:
    """Resize the position embeddings of the patches to another grid.

    Bicubic with antialiasing, as timm does; prefix tokens are not part of this.

    Args:
        positions: Array of shape `(rows · columns, hidden_dim)`, row by row.
        old_grid: `(rows, columns)` of the checkpoint.
        new_grid: `(rows, columns)` of the model.

    Returns:
        Float32 array of shape `(new rows · new columns, hidden_dim)`.
    """
    grid = positions.reshape(*old_grid, -1)
    resized = apply_matrices(
        grid,
        antialiased_matrix(old_grid[0], new_grid[0]),
        antialiased_matrix(old_grid[1], new_grid[1]),
    )
    return resized.reshape(-1, positions.shape[-1])


def resize_patch_kernel(kernel: np.ndarray, new_size: tuple[int, int]) -> np.ndarray:
    """Resize a patch-embedding kernel by FlexiViT's pseudo-inverse.

    The new kernel answers to a resized patch as the old one to the patch itself,
    as nearly as least squares allow. https://arxiv.org/abs/2212.08013.

    Args:
        kernel: Array of shape `(P, P, C, hidden_dim)`.
        new_size: `(rows, columns)` of a patch of the model, in pixels.

    Returns:
        Float32 array of shape `(*new_size, C, hidden_dim)`.
    """
    # pinv(A ⊗ B) = pinv(A) ⊗ pinv(B), so each axis has its own small inverse.
    rows, columns = (
        np.linalg.pinv(antialiased_matrix(old, new).T)
        for old, new in zip(kernel.shape[:2], new_size, strict=True)
    )
    return apply_matrices(kernel, rows, columns)


def resize_bias_table(
    table: np.ndarray,
    old_window: tuple[int, int],
    new_window: tuple[int, int],
    method: str = "bicubic",
) -> np.ndarray:
    """Resize a relative position bias table to another window, axis by axis.

    A smaller window is the exact centre of the table; a larger one is
    interpolated.

    Args:
        table: Array of shape `((2·Mh-1)·(2·Mw-1), num_heads)`.
        old_window: `(Mh, Mw)` of the checkpoint.
        new_window: `(Mh, Mw)` of the model.
        method: `"bicubic"` (Microsoft) or `"log_spaced"` (timm, BEiT).

    Returns:
        Float32 array of shape `((2·new Mh-1)·(2·new Mw-1), num_heads)`.
    """
    matrices = []
    for old, new in zip(old_window, new_window, strict=True):
        before, after = 2 * old - 1, 2 * new - 1
        if new <= old:
            matrices.append(np.eye(before)[old - new : old - new + after])
        elif method == "log_spaced":
            matrices.append(log_spaced_matrix(before, after))
        else:
            matrices.append(plain_bicubic_matrix(before, after))
    sides = [2 * side - 1 for side in old_window]
    grid = table.reshape(*sides, -1)
    return apply_matrices(grid, *matrices).reshape(-1, table.shape[-1])


def adapt_channels(kernel: np.ndarray, channels: int) -> np.ndarray:
    """Adapt a patch-embedding kernel to another number of input channels.

    timm's rule: one channel is the sum over the old ones; any other number repeats
    the old ones and rescales, so that a uniform image keeps its response.

    Args:
        kernel: Array of shape `(P, P, C, hidden_dim)`.
        channels: Number of channels of the model.

    Returns:
        Float32 array of shape `(P, P, channels, hidden_dim)`.
    """
    old = kernel.shape[2]
    if channels == 1:
        return kernel.sum(axis=2, keepdims=True, dtype="float32")
    repeated = np.tile(kernel, (1, 1, math.ceil(channels / old), 1))
    scale = np.float32(old / channels)
    return np.asarray(repeated[:, :, :channels], dtype="float32") * scale
