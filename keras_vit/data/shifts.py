"""Shifts of an image's rows or columns by parts of pixels, bilinearly.

A translation and a shear need two neighbors for a pixel where a turn needs four. What a
shift uncovers is mid-gray, as in RandAugment's own code and in timm.
"""

import tensorflow as tf

BORDER = 128.0


def translate(image: tf.Tensor, shift: tf.Tensor, axis: int) -> tf.Tensor:
    """Take the pixel at x from x + shift, along rows (axis 0) or columns (axis 1).

    Args:
        image: (H, W, C), float32.
        shift: In pixels, a scalar.
        axis: 0 or 1.
    """
    length = tf.shape(image)[axis]
    first, share = _split(shift, length)
    padded = _padded(image, axis)
    begin = tf.one_hot(axis, 3, first + length + 1, 0)
    one = tf.slice(padded, begin, tf.shape(image))
    next_one = tf.slice(padded, begin + tf.one_hot(axis, 3, 1, 0), tf.shape(image))
    return tf.ensure_shape(one + share * (next_one - one), image.shape)


def shear(image: tf.Tensor, slope: tf.Tensor, axis: int) -> tf.Tensor:
    """Shift each row (axis 1) or column (axis 0) by its distance from the first's edge.

    Args:
        image: (H, W, C), float32.
        slope: Pixels of shift to one of distance, a scalar.
        axis: 1 to move pixels sideways, 0 to move them up or down.
    """
    height, width, channels = tf.unstack(tf.shape(image))
    length, lines = (height, width) if axis == 0 else (width, height)
    distances = tf.cast(tf.range(lines), tf.float32) + 0.5
    first, share = _split(slope * distances, length)
    padded = _padded(image, axis)
    along = tf.range(length + 1)  # one more, the neighbor of the last
    if axis == 1:
        starts = first + length + 1 + tf.range(height) * (3 * width + 2)
        places = starts[:, None] + along  # (H, W + 1)
        share = share[:, None, None]
    else:
        places = (first + length + 1 + along[:, None]) * width + tf.range(width)
        share = share[:, None]
    taken = tf.gather(tf.reshape(padded, (-1, channels)), places)
    one, next_one = (
        (taken[:, :-1], taken[:, 1:]) if axis == 1 else (taken[:-1], taken[1:])
    )
    return tf.ensure_shape(one + share * (next_one - one), image.shape)


def _split(shift: tf.Tensor, length: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return whole pixels, within what is padded, and the rest."""
    whole = tf.floor(shift)
    limit = tf.cast(length, tf.float32)
    first = tf.clip_by_value(whole, -limit - 1.0, limit)
    return tf.cast(first, tf.int32), shift - whole


def _padded(image: tf.Tensor, axis: int) -> tf.Tensor:
    """Return the image with its own length, and one pixel, of gray on both sides."""
    by = tf.shape(image)[axis] + 1
    paddings = tf.one_hot(axis, 3, by, 0)
    return tf.pad(image, tf.stack([paddings] * 2, 1), constant_values=BORDER)
