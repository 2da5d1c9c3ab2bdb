"""Images as a screen shows them, whatever a model was given."""

from typing import Any

import keras
import numpy as np

GRAY = np.array([0.299, 0.587, 0.114])  # how bright red, green and blue look


def as_picture(image: Any) -> np.ndarray:
    """An image as `(H, W, 3)` from 0 to 1, or `(H, W)` if it has one channel.

    Integers run from 0 to 255. Floats within [0, 1] or [0, 255] are taken at their
    word; all others, such as normalized images, are stretched from their lowest to
    their highest value. Of more than three channels the first three are shown.

    Args:
        image: `(H, W, C)` in the order of `keras.config.image_data_format()`, or
            `(H, W)`.
    """
    array = np.asarray(image)
    if array.ndim not in (2, 3) or not array.size:
        raise ValueError(
            "An image should be (height, width, channels) or (height, width). "
            f"Received: shape {array.shape}. Give one image: `images[0]`."
        )
    if array.ndim == 3:
        if keras.config.image_data_format() == "channels_first":
            array = array.transpose(1, 2, 0)
        array = array[..., :3] if array.shape[-1] >= 3 else array[..., 0]
    return _from_zero_to_one(array)


def _from_zero_to_one(array: np.ndarray) -> np.ndarray:
    if np.issubdtype(array.dtype, np.integer):
        return array / 255.0
    array = array.astype("float64")
    low, high = array.min(), array.max()
    if low >= 0 and high <= 1:
        return array
    if low >= 0 and high <= 255:
        return array / 255.0
    return (array - low) / max(high - low, 1e-12)


def as_gray(image: Any) -> np.ndarray:
    """An image as `(H, W)` from 0 to 1: what a colored map is laid over."""
    picture = as_picture(image)
    return picture if picture.ndim == 2 else picture @ GRAY


def draw_picture(axes, image: Any) -> None:
    """Show an image without ticks."""
    picture = as_picture(image)
    axes.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="antialiased")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
