"""What RandAugment does to an image, each operation at a strength that is given.

They are those of Pillow, which the field's recipes were made with, on one image
(H, W, C) of float32 in 0 .. 255. Keras's layers of the same names draw a strength from
a range, and cannot be told one.
"""

import math
from collections.abc import Callable

import tensorflow as tf

from keras_vit.data.shifts import BORDER, shear, translate

GRAY = (0.2989, 0.587, 0.114)  # of tf.image.rgb_to_grayscale


def _sides(image: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    shape = tf.cast(tf.shape(image), tf.float32)
    return shape[0], shape[1]


def rotate(image: tf.Tensor, degrees: tf.Tensor) -> tf.Tensor:
    """Turn about the middle, counterclockwise, bilinearly.

    TensorFlow counts from the middle of the first pixel, not from the image's corner.
    """
    height, width = _sides(image)
    x, y = (width - 1.0) / 2.0, (height - 1.0) / 2.0
    angle = degrees * (math.pi / 180.0)
    cos, sin = tf.cos(angle), tf.sin(angle)
    across = [cos, -sin, x - cos * x + sin * y]
    down = [sin, cos, y - sin * x - cos * y]
    moved = tf.raw_ops.ImageProjectiveTransformV3(
        images=image[None],
        transforms=tf.stack([*across, *down, 0.0, 0.0])[None],
        output_shape=tf.shape(image)[:2],
        fill_value=BORDER,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
    return tf.ensure_shape(moved[0], image.shape)


def shear_x(image: tf.Tensor, slope: tf.Tensor) -> tf.Tensor:
    """Shift each row by `slope` times its distance from the top."""
    return shear(image, slope, axis=1)


def shear_y(image: tf.Tensor, slope: tf.Tensor) -> tf.Tensor:
    """Shift each column by `slope` times its distance from the left."""
    return shear(image, slope, axis=0)


def translate_x(image: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
    """Shift sideways by a share of the width."""
    return translate(image, share * _sides(image)[1], axis=1)


def translate_y(image: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
    """Shift up or down by a share of the height."""
    return translate(image, share * _sides(image)[0], axis=0)


def _blend(
    nothing: tf.Tensor | float, image: tf.Tensor, factor: tf.Tensor
) -> tf.Tensor:
    """Go from `nothing` (factor 0) through the image (1) and beyond it."""
    return tf.clip_by_value(nothing + factor * (image - nothing), 0.0, 255.0)


def _gray(image: tf.Tensor) -> tf.Tensor:
    if image.shape[-1] == 3:
        return tf.image.rgb_to_grayscale(image)
    return tf.reduce_mean(image, -1, keepdims=True)


def brightness(image: tf.Tensor, factor: tf.Tensor) -> tf.Tensor:
    """Blend with black."""
    return _blend(0.0, image, factor)


def contrast(image: tf.Tensor, factor: tf.Tensor) -> tf.Tensor:
    """Blend with the image's mean gray."""
    # The gray of the mean is the mean of the gray.
    mean = _by_channel(image, tf.reduce_mean)
    return _blend(tf.reduce_mean(_gray(mean)), image, factor)


def color(image: tf.Tensor, factor: tf.Tensor) -> tf.Tensor:
    """Blend with the image in gray."""
    if image.shape[-1] != 3:
        return _blend(_gray(image), image, factor)
    # Both at once: a product with a matrix of 3 x 3.
    gray = tf.constant(GRAY)[:, None] * tf.ones((1, 3))
    blend = gray + factor * (tf.eye(3) - gray)
    blended = tf.matmul(tf.reshape(image, (-1, 3)), blend)
    return tf.reshape(tf.clip_by_value(blended, 0.0, 255.0), tf.shape(image))


def sharpness(image: tf.Tensor, factor: tf.Tensor) -> tf.Tensor:
    """Blend with the image smoothed by 3 x 3 pixels; its rim stays as it is."""
    if min(image.shape[:2]) < 3:
        return image
    across = image[:, :-2] + image[:, 1:-1] + image[:, 2:]
    box = across[:-2] + across[1:-1] + across[2:]
    inside = image[1:-1, 1:-1]
    blended = _blend((box + 4.0 * inside) / 13.0, inside, factor)
    middle = tf.concat([image[1:-1, :1], blended, image[1:-1, -1:]], 1)
    sharp = tf.concat([image[:1], middle, image[-1:]], 0)
    return tf.ensure_shape(sharp, image.shape)


def solarize(image: tf.Tensor, threshold: tf.Tensor) -> tf.Tensor:
    """Invert what is as bright as the threshold, or brighter."""
    bright = tf.cast(image >= threshold, tf.float32)
    return tf.abs(255.0 * bright - image)


def posterize(image: tf.Tensor, bits: tf.Tensor) -> tf.Tensor:
    """Keep the highest bits of each value."""
    step = 2.0 ** (8.0 - bits)
    return tf.floor(image / step) * step


def auto_contrast(image: tf.Tensor) -> tf.Tensor:
    """Stretch each channel's values to 0 .. 255."""
    low = _by_channel(image, tf.reduce_min)
    high = _by_channel(image, tf.reduce_max)
    # A channel of one value has nothing to stretch.
    many = high > low
    low, factor = tf.where(many, low, 0.0), tf.where(many, 255.0, 1.0)
    span = tf.where(many, high - low, 1.0)
    rows, repeat = _rows(image), tf.shape(image)[1:2]
    rows = (rows - tf.tile(low, repeat)) * tf.tile(factor, repeat)
    return tf.reshape(rows / tf.tile(span, repeat), tf.shape(image))


def equalize(image: tf.Tensor) -> tf.Tensor:
    """Spread each channel's values evenly over 0 .. 255."""
    channels = image.shape[-1]
    offsets = tf.tile(256 * tf.range(channels), tf.shape(image)[1:2])
    values = tf.cast(_rows(image), tf.int32) + offsets  # a place in a table of all
    counts = tf.math.bincount(
        tf.reshape(values, (-1,)), minlength=256 * channels, maxlength=256 * channels
    )
    reached = tf.cumsum(tf.reshape(counts, (channels, 256)), axis=-1)
    lowest = tf.reduce_min(
        tf.where(reached > 0, reached, tf.int32.max), axis=-1, keepdims=True
    )
    span = reached[:, -1:] - lowest
    table = tf.round((reached - lowest) * 255 / tf.maximum(span, 1))
    # A channel of one value has nothing to spread.
    table = tf.where(span == 0, tf.range(256, dtype=table.dtype), table)
    table = tf.cast(tf.clip_by_value(table, 0, 255), tf.float32)
    spread = tf.gather(tf.reshape(table, (-1,)), values)
    return tf.reshape(spread, tf.shape(image))


def _rows(image: tf.Tensor) -> tf.Tensor:
    """Return (H, W, C) as (H, W·C): the long axis last is the fast one."""
    return tf.reshape(image, (tf.shape(image)[0], -1))


def _by_channel(image: tf.Tensor, reduce: Callable[..., tf.Tensor]) -> tf.Tensor:
    """Reduce an image (H, W, C) to (C,), rows first."""
    row = reduce(_rows(image), 0)
    return reduce(tf.reshape(row, (-1, image.shape[-1])), 0)
