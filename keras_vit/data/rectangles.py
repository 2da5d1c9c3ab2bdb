"""The rectangles of random crops."""

import math
from collections.abc import Callable

import tensorflow as tf

from keras_vit.data.cut import Rectangle
from keras_vit.data.draws import Draws

# As in Inception's and in torchvision's and timm's RandomResizedCrop.
ATTEMPTS = 10
NARROWEST, WIDEST = 3 / 4, 4 / 3


def random_rectangle(
    draws: Draws, crop_area: tuple[float, float]
) -> Callable[[tf.Tensor], Rectangle]:
    """Draw a random crop: a function from an image's height and width, int32 (2,).

    All is drawn before an image is known, so that whoever asks gets the same rectangle.

    The share of the area is drawn evenly and the proportions log-evenly, so that 4:3 is
    as likely as 3:4. The first of ten rectangles that the image can hold is taken; if
    it holds none, the largest in its middle whose proportions are allowed.

    Args:
        draws: The element's random draws.
        crop_area: The least and the greatest share of the area.
    """
    many = (ATTEMPTS,)
    shares = tf.random.stateless_uniform(many, draws.next(), *crop_area)
    ratios = tf.exp(
        tf.random.stateless_uniform(
            many, draws.next(), math.log(NARROWEST), math.log(WIDEST)
        )
    )
    place = tf.random.stateless_uniform((2,), draws.next())

    def rectangle(shape: tf.Tensor) -> Rectangle:
        whole = tf.cast(shape, tf.float32)
        areas = shares * tf.reduce_prod(whole)
        extents = tf.round(tf.sqrt(tf.stack([areas / ratios, areas * ratios], -1)))
        fits = tf.reduce_all((extents >= 1.0) & (extents <= whole), -1)
        extents = tf.concat([extents, [_largest(whole)]], 0)
        # Of equals, argmax takes the first.
        first = tf.argmax(tf.concat([fits, [True]], 0))
        extent = extents[first]
        spare = whole - extent
        corner = tf.where(
            first < ATTEMPTS, tf.floor(place * (spare + 1.0)), tf.floor(spare / 2.0)
        )
        return tf.cast(corner, tf.int32), tf.cast(extent, tf.int32)

    return rectangle


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
