"""Images as people hand them over: arrays, lists, pictures, tensors."""

from typing import Any

import keras
import numpy as np


def as_arrays(images: Any) -> list[np.ndarray]:
    """Read arrays of images, or a list of single ones.

    Args:
        images: What NumPy makes an array of; images of several sizes in a list.

    Returns:
        One array of all images, or one of each where their sizes differ.

    Raises:
        ValueError: If it is nothing of the kind.
    """
    if not isinstance(images, list | tuple):
        return [as_array(images)]
    arrays = [as_array(image) for image in images]
    if not arrays:
        raise ValueError("`images` should be arrays of pixels. Received: an empty list")
    if len({array.shape for array in arrays}) == 1:
        return [np.stack(arrays)]
    return arrays


def as_array(image: Any) -> np.ndarray:
    """Read one array of numbers."""
    try:
        if is_tensor(image):
            image = keras.ops.convert_to_numpy(image)
        array = np.asarray(image)
    except Exception as error:  # each library has its own
        raise ValueError(
            "`images` should be arrays of pixels. Received: "
            f"{type(image).__name__}, of which NumPy makes none ({error})."
        ) from error
    if array.dtype.kind not in "uif":
        raise ValueError(
            f"`images` should be of numbers, pixels from 0 to 255. Received: "
            f"{type(image).__name__} of {array.dtype}"
        )
    return array


def is_tensor(images: Any) -> bool:
    """Whether something is a tensor, of any library and also without values."""
    described = hasattr(images, "shape") and hasattr(images, "dtype")
    return described and not isinstance(images, np.ndarray | np.generic)


def check_channels(images: Any, channels: int, name: str) -> None:
    """Images should be `(..., H, W, C)`.

    Raises:
        ValueError: If they are not.
    """
    shape = tuple(images.shape)
    if len(shape) < 3 or shape[-1] != channels:
        raise ValueError(
            f"{name} expects images (..., H, W, {channels}), channels last. "
            f"Received: shape {shape}."
        )


def check_range(images: Any) -> None:
    """Refuse floats from 0 to 1, where there are values to look at.

    Raises:
        ValueError: If the brightest pixel is of at most 1, and not all are black.
    """
    if "float" not in keras.backend.standardize_dtype(images.dtype):
        return
    try:
        brightest = float(np.max(keras.ops.convert_to_numpy(images)))
    except Exception:  # a tensor within a graph has no values yet
        return
    if 0 < brightest <= 1:
        raise ValueError(
            "`images` should be pixels from 0 to 255. Received: floats whose "
            f"brightest is {brightest:.3g}. Multiply them by 255, or, if they are "
            "prepared already, give them to the model as they are."
        )
