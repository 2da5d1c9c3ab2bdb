"""From an image of any size to one of the wanted size. All in graph.

An integer image stays uint8 through all of this, as it does in PIL: a quarter of the
memory of float32 in caches and shuffle buffers.
"""

import functools

import tensorflow as tf

from keras_vit.data.cut import Cut, Rectangle, part, whole
from keras_vit.data.draws import Draws
from keras_vit.data.rectangles import random_rectangle
from keras_vit.data.resampling import REACH, resample

INTERPOLATIONS = ("bicubic", "bilinear", "nearest")


def squash(size: tuple[int, int], interpolation: str) -> Cut:
    """Resize to `size`, whatever that does to the proportions."""
    return Cut(whole, functools.partial(_squash, size=size, by=interpolation))


def center_crop(size: tuple[int, int], interpolation: str, crop_ratio: float) -> Cut:
    """Resize in proportion until `size / crop_ratio` is covered, then cut the middle.

    Roundings are those of torchvision and timm, so that published checkpoints see the
    very pixels that they were evaluated on.
    """
    cover = [int(side / crop_ratio) for side in size]

    def place(shape: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        scaled = _covering(tf.cast(shape, tf.int64), cover)
        return scaled, tf.round((scaled - tf.constant(size, tf.float32)) / 2.0)

    if interpolation == "nearest":  # takes pixels as they are, so that all come along

        def nearest(image: tf.Tensor, shape: tf.Tensor) -> tf.Tensor:
            scaled, corner = place(shape)
            resized = _nearest(image, tf.cast(scaled, tf.int32))
            return part(resized, (tf.cast(corner, tf.int32), tf.constant(size)))

        return Cut(whole, nearest)

    def span(shape: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the first and the last row and column that pixels are made of."""
        scaled, corner = place(shape)
        sides = tf.cast(shape, tf.float32)
        step = sides / scaled
        reach = REACH * tf.maximum(step, 1.0) + 1.0
        low = tf.floor(corner * step - reach)
        high = tf.math.ceil((corner + tf.constant(size, tf.float32)) * step + reach)
        return tf.maximum(low, 0.0), tf.minimum(high, sides)

    def rectangle(shape: tf.Tensor) -> Rectangle:
        low, high = span(shape)
        return tf.cast(low, tf.int32), tf.cast(high - low, tf.int32)

    def resize(patch: tf.Tensor, shape: tf.Tensor) -> tf.Tensor:
        scaled, corner = place(shape)
        scale = scaled / tf.cast(shape, tf.float32)
        begin = corner - span(shape)[0] * scale
        return resample(patch, size, interpolation, scale, begin)

    return Cut(rectangle, resize)


def random_crop(
    draws: Draws,
    size: tuple[int, int],
    interpolation: str,
    crop_area: tuple[float, float],
) -> Cut:
    """Cut a rectangle of random area and proportions and resize it to `size`.

    This is Inception's crop (https://arxiv.org/abs/1409.4842). Keras has no layer for
    it: `keras.layers.RandomCrop` cuts a fixed size.
    """
    return Cut(
        random_rectangle(draws, crop_area),
        functools.partial(_squash, size=size, by=interpolation),
    )


def _squash(
    image: tf.Tensor, _: tf.Tensor, size: tuple[int, int], by: str
) -> tf.Tensor:
    if by == "nearest":
        return _nearest(image, size)
    shape = tf.cast(tf.shape(image)[:2], tf.float32)
    return resample(image, size, by, tf.constant(size, tf.float32) / shape, tf.zeros(2))


def _nearest(image: tf.Tensor, size: tuple[int, int] | tf.Tensor) -> tf.Tensor:
    return tf.image.resize(image, size, "nearest")


def _covering(shape: tf.Tensor, cover: list[int]) -> tf.Tensor:
    """Return height and width, float32 (2,), of an image resized until it covers."""
    rows, columns = shape[0], shape[1]
    by_rows = cover[0] * columns >= cover[1] * rows  # the rows decide the scale
    scaled = tf.where(
        by_rows,
        tf.stack([cover[0], tf.maximum(columns * cover[0] // rows, cover[1])]),
        tf.stack([tf.maximum(rows * cover[1] // columns, cover[0]), cover[1]]),
    )
    return tf.cast(scaled, tf.float32)
