"""From an image of any size to one of the wanted size. All in graph.

An integer image stays uint8 through all of this, as it does in PIL: a quarter of the
memory of float32 in caches and shuffle buffers.
"""

import math

import tensorflow as tf

from keras_vit.data.draws import Draws

INTERPOLATIONS = ("bicubic", "bilinear", "nearest")

# Of random crops, as in Inception's and in torchvision's and timm's RandomResizedCrop.
ATTEMPTS = 10
NARROWEST, WIDEST = 3 / 4, 4 / 3


def _resize(image: tf.Tensor, size: tuple | tf.Tensor, interpolation: str) -> tf.Tensor:
    resized = tf.image.resize(image, size, interpolation, antialias=True)
    if image.dtype == tf.uint8:
        return tf.saturate_cast(tf.round(resized), tf.uint8)
    return tf.clip_by_value(resized, 0.0, 255.0)  # bicubic overshoots


def squash(image: tf.Tensor, size: tuple[int, int], interpolation: str) -> tf.Tensor:
    """Resize to `size`, whatever that does to the proportions."""
    return _resize(image, size, interpolation)


def center_crop(
    image: tf.Tensor, size: tuple[int, int], interpolation: str, crop_ratio: float
) -> tf.Tensor:
    """Resize in proportion until `size / crop_ratio` is covered, then cut the middle.

    Roundings are those of torchvision and timm, so that published checkpoints see the
    very pixels that they were evaluated on.
    """
    cover = [int(side / crop_ratio) for side in size]
    shape = tf.shape(image, out_type=tf.int64)
    rows, columns = shape[0], shape[1]
    scaled_rows = tf.maximum(rows * cover[1] // columns, cover[0])
    scaled_columns = tf.maximum(columns * cover[0] // rows, cover[1])
    by_rows = cover[0] * columns >= cover[1] * rows  # the rows decide the scale
    scaled = tf.cond(
        by_rows,
        lambda: tf.stack([tf.constant(cover[0], tf.int64), scaled_columns]),
        lambda: tf.stack([scaled_rows, tf.constant(cover[1], tf.int64)]),
    )
    resized = _resize(image, tf.cast(scaled, tf.int32), interpolation)
    spare = tf.cast(scaled, tf.float32) - tf.cast(tf.constant(size), tf.float32)
    corner = tf.cast(tf.round(spare / 2), tf.int32)
    begin = tf.concat([corner, [0]], 0)
    return tf.slice(resized, begin, (*size, image.shape[-1]))


def random_crop(
    image: tf.Tensor,
    draws: Draws,
    size: tuple[int, int],
    interpolation: str,
    crop_area: tuple[float, float],
) -> tf.Tensor:
    """Cut a rectangle of random area and proportions and resize it to `size`.

    This is Inception's crop (https://arxiv.org/abs/1409.4842). Keras has no layer for
    it: `keras.layers.RandomCrop` cuts a fixed size.
    """
    corner, extent = random_rectangle(tf.shape(image)[:2], draws, crop_area)
    patch = tf.slice(image, tf.concat([corner, [0]], 0), tf.concat([extent, [-1]], 0))
    return _resize(
        tf.ensure_shape(patch, (None, None, image.shape[-1])), size, interpolation
    )


def random_rectangle(
    shape: tf.Tensor, draws: Draws, crop_area: tuple[float, float]
) -> tuple[tf.Tensor, tf.Tensor]:
    """Draw the corner (top, left) and the extent (height, width) of a random crop.

    The share of the area is drawn evenly and the proportions log-evenly, so that 4:3 is
    as likely as 3:4. The first of ten rectangles that the image can hold is taken; if
    it holds none, the largest in its middle whose proportions are allowed.

    Args:
        shape: Height and width of the image, int32 (2,).
        draws: The element's random draws.
        crop_area: The least and the greatest share of the area.
    """
    whole = tf.cast(shape, tf.float32)
    many = (ATTEMPTS,)
    shares = tf.random.stateless_uniform(many, draws.next(), *crop_area)
    ratios = tf.exp(
        tf.random.stateless_uniform(
            many, draws.next(), math.log(NARROWEST), math.log(WIDEST)
        )
    )
    areas = shares * tf.reduce_prod(whole)
    extents = tf.round(tf.sqrt(tf.stack([areas / ratios, areas * ratios], -1)))
    fits = tf.reduce_all((extents >= 1.0) & (extents <= whole), -1)
    extents = tf.concat([extents, [_largest(whole)]], 0)
    first = tf.argmax(tf.concat([fits, [True]], 0))  # of equals, argmax takes the first
    extent = extents[first]
    place = tf.random.stateless_uniform((2,), draws.next())
    spare = whole - extent
    corner = tf.where(
        first < ATTEMPTS, tf.floor(place * (spare + 1.0)), tf.floor(spare / 2.0)
    )
    return tf.cast(corner, tf.int32), tf.cast(extent, tf.int32)


def _largest(whole: tf.Tensor) -> tf.Tensor:
    """Return the largest extent of allowed proportions in an image (height, width)."""
    height, width = whole[0], whole[1]
    sides = tf.stack(
        [
            tf.minimum(height, tf.round(width / NARROWEST)),
            tf.minimum(width, tf.round(height * WIDEST)),
        ]
    )
    return tf.maximum(sides, 1.0)
