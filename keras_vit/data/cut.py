"""A part of an image and what is made of it, so that no more than that is decoded."""

import dataclasses
from collections.abc import Callable
from typing import TypeAlias

import tensorflow as tf

# The corner (top, left) and the extent (height, width) in an image, int32 (2,) each.
Rectangle: TypeAlias = tuple[tf.Tensor, tf.Tensor]


@dataclasses.dataclass(frozen=True)
class Cut:
    """Which part of an image is needed, and how it is resized.

    Args:
        rectangle: From height and width of an image, int32 (2,), to the rectangle.
        resize: From that part of the image, and the image's height and width, to the
            image of the wanted size.
    """

    rectangle: Callable[[tf.Tensor], Rectangle]
    resize: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]

    def __call__(self, image: tf.Tensor) -> tf.Tensor:
        """Cut and resize a whole image (H, W, C)."""
        image = tf.convert_to_tensor(image)
        shape = tf.shape(image)[:2]
        return self.resize(part(image, self.rectangle(shape)), shape)


def part(image: tf.Tensor, rectangle: Rectangle) -> tf.Tensor:
    """Return a rectangle of an image (H, W, C)."""
    corner, extent = rectangle
    begin, size = tf.concat([corner, [0]], 0), tf.concat([extent, [-1]], 0)
    return tf.ensure_shape(tf.slice(image, begin, size), (None, None, image.shape[-1]))


def whole(shape: tf.Tensor) -> Rectangle:
    """Return the rectangle that leaves nothing out."""
    return tf.zeros_like(shape), shape
