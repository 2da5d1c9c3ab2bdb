"""The one place where pixels become what a model was trained on."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from keras_vit.data.ranges import is_number, plain
from keras_vit.weights.catalogue import IMAGENET_MEAN_STD

IMAGENET_MEAN, IMAGENET_STD = IMAGENET_MEAN_STD

# What the ViT paper's and AugReg's models were trained with: pixels from -1 to 1.
DEFAULT_MEAN = 0.5
DEFAULT_STD = 0.5


def per_channel(
    value: float | Sequence[float], name: str, channels: int
) -> tuple[float, ...]:
    """Return one float a channel, from one for all or from one each.

    Raises:
        ValueError: If `value` is neither, if a std is not above zero, or if they are
            those of pixels from 0 to 255.
    """
    values = plain(value)
    values = (values,) * channels if is_number(values) else values
    if (
        not isinstance(values, tuple)
        or len(values) != channels
        or not all(map(is_number, values))
    ):
        raise ValueError(
            f"{name} must be one number, or one for each of the {channels} channels. "
            f"Received: {name}={value}"
        )
    if name == "std" and not all(number > 0 for number in values):
        raise ValueError(f"std must be above zero. Received: std={value}")
    if not all(0 <= number <= 1 for number in values):
        raise ValueError(
            f"{name} must be from 0 to 1, that of pixels / 255. Received: "
            f"{name}={value}. Divide what is meant for pixels from 0 to 255 by 255."
        )
    return tuple(map(float, values))


def normalize(
    images: tf.Tensor, mean: tuple[float, ...], std: tuple[float, ...]
) -> tf.Tensor:
    """Turn a batch (B, H, W, C) in 0 .. 255 into float32 (images / 255 - mean) / std.

    Under `keras.config.image_data_format() == "channels_first"` the result is
    (B, C, H, W).
    """
    scale = 1.0 / (255.0 * np.asarray(std))
    offset = np.asarray(mean) / np.asarray(std)
    height, width, channels = images.shape[1:]
    # A row at a time: broadcast over a few channels, this would take thrice as long.
    rows = tf.reshape(tf.cast(images, tf.float32), (-1, height, width * channels))
    rows = rows * np.tile(scale, width).astype("float32")
    rows = rows - np.tile(offset, width).astype("float32")
    images = tf.reshape(rows, (-1, height, width, channels))
    if keras.config.image_data_format() == "channels_first":
        images = tf.transpose(images, (0, 3, 1, 2))  # (B, H, W, C) -> (B, C, H, W)
    return images
