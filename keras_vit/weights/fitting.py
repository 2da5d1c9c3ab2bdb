"""A tensor of a checkpoint is made to fit a weight of the model.

Only four kinds of weight may change their shape: the patch kernel, position
embeddings, bias tables and (by being left fresh) the head.
"""

import math

import numpy as np

from keras_vit.weights.bias_fitting import fit_bias_table
from keras_vit.weights.geometry import Geometry
from keras_vit.weights.position_fitting import (
    DoesNotFit,
    Origin,
    by,
    fit_positions,
    is_square,
    square,
)
from keras_vit.weights.resampling import (
    adapt_channels,
    resize_patch_kernel,
)
from keras_vit.weights.resize_matrices import antialiased_matrix

PATCH_KERNEL = "patch_embedding/projection/kernel"
POSITIONS = "position_embedding/embedding"
AXIS_POSITIONS = (
    "position_embedding/column_embedding",
    "position_embedding/row_embedding",
)
BIAS_TABLE = "relative_position_bias_table"


def fit(
    path: str,
    array: np.ndarray,
    shape: tuple[int, ...],
    geometry: Geometry,
    origin: Origin,
    bias_resize: str,
) -> tuple[np.ndarray, str | None]:
    """Make a tensor fit a weight.

    Args:
        path: Path of the weight.
        array: The tensor, in the layout of the model.
        shape: Shape of the weight.
        geometry: Geometry of the model.
        origin: What is known of the checkpoint's model.
        bias_resize: `"bicubic"` or `"log_spaced"`, for larger Swin windows.

    Returns:
        The array of the weight's shape, and what was done to it (None if nothing).

    Raises:
        DoesNotFit: If the shapes cannot be brought together.
    """
    if path == PATCH_KERNEL:
        return fit_patch_kernel(array, shape, geometry.patch_size)
    if path == POSITIONS:
        return fit_positions(array, shape, geometry, origin)
    same_width = array.ndim == 2 and array.shape[1:] == shape[1:]
    if path in AXIS_POSITIONS and same_width and array.shape != shape:
        matrix = antialiased_matrix(array.shape[0], shape[0])
        resized = np.asarray(matrix @ array, dtype="float32")
        return resized, f"{array.shape[0]} → {shape[0]} places, bicubic"
    if path.endswith(BIAS_TABLE) and same_width:
        return fit_bias_table(array, path.split("/")[0], geometry, origin, bias_resize)
    if array.shape != shape:
        raise DoesNotFit(f"{array.shape} in the file, {shape} in the model")
    return array, None


def fit_patch_kernel(
    kernel: np.ndarray, shape: tuple[int, ...], patch_size: tuple[int, int]
) -> tuple[np.ndarray, str | None]:
    """Fit the patch kernel: channels first, then the size of the patch."""
    channels = shape[0] // math.prod(patch_size)
    if kernel.ndim == 2:
        kernel = unflatten_kernel(kernel, patch_size, channels)
    if kernel.ndim != 4 or kernel.shape[-1] != shape[-1]:
        raise DoesNotFit(f"{kernel.shape} in the file, {shape} in the model")
    done = []
    if kernel.shape[2] != channels:
        done.append(f"{kernel.shape[2]} → {channels} channels")
        kernel = adapt_channels(kernel, channels)
    if kernel.shape[:2] != patch_size:
        done.append(
            f"patch {by(kernel.shape[:2])} → {by(patch_size)}, "
            "pseudo-inverse (FlexiViT)"
        )
        kernel = resize_patch_kernel(kernel, patch_size)
    return kernel.reshape(shape), "; ".join(done) or None


def unflatten_kernel(
    kernel: np.ndarray, patch_size: tuple[int, int], channels: int
) -> np.ndarray:
    """Part the rows of a flat kernel: (P·P·C, D) -> (P, P, C, D).

    The model's patch and channels are taken to hold if they can, then its channels,
    then three channels, each with a square patch, then its patch size.
    """
    rows, width = kernel.shape
    if rows == math.prod(patch_size) * channels:
        return kernel.reshape(*patch_size, channels, width)
    for likely in (channels, 3):
        if is_square(rows // likely) and rows % likely == 0:
            return kernel.reshape(*square(rows // likely), likely, width)
    if rows % math.prod(patch_size) == 0:
        return kernel.reshape(*patch_size, -1, width)
    raise DoesNotFit(
        f"{kernel.shape} in the file cannot be parted into patches of {channels} "
        f"channels or of {by(patch_size)} pixels"
    )
