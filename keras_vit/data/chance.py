"""What is done to an image or not, by chance: a flip, and an erased rectangle."""

import tensorflow as tf

from keras_vit.data.draws import Draws

# What is erased of each side, squared, as `keras.layers.RandomErasing` has it.
SMALLEST, LARGEST = 0.02, 0.33


def flip(image: tf.Tensor, draws: Draws) -> tf.Tensor:
    """Mirror an image (H, W, C) left to right with probability one half."""
    return tf.cond(
        draws.uniform() <= 0.5, lambda: tf.reverse(image, (1,)), lambda: image
    )


def erase(image: tf.Tensor, draws: Draws, probability: float) -> tf.Tensor:
    """Replace a rectangle by noise (https://arxiv.org/abs/1708.04896).

    Sides and noise are those of `keras.layers.RandomErasing`, which draws noise for the
    whole of every image and drops most of it.
    """
    image = tf.cast(image, tf.float32)
    chosen = draws.uniform() < probability
    seeds = [draws.next() for _ in range(3)]
    return tf.cond(chosen, lambda: _erased(image, *seeds), lambda: image)


def _erased(
    image: tf.Tensor, sides: tf.Tensor, place: tf.Tensor, noise: tf.Tensor
) -> tf.Tensor:
    whole = tf.cast(tf.shape(image)[:2], tf.float32)
    shares = tf.random.stateless_uniform((2,), sides, SMALLEST, LARGEST)
    extent = tf.sqrt(shares) * whole
    start = tf.random.stateless_uniform((2,), place) * (whole - extent)
    # Pixels whose own place lies within.
    low = tf.cast(tf.math.ceil(start), tf.int32)
    high = tf.cast(tf.math.ceil(start + extent), tf.int32)
    channels = image.shape[-1]
    shape = tf.concat([high - low, [channels]], 0)
    fill = tf.clip_by_value(
        255.0 * tf.random.stateless_normal(shape, noise), 0.0, 255.0
    )
    middle = image[low[0] : high[0]]
    middle = tf.concat([middle[:, : low[1]], fill, middle[:, high[1] :]], 1)
    erased = tf.concat([image[: low[0]], middle, image[high[0] :]], 0)
    return tf.ensure_shape(erased, image.shape)
