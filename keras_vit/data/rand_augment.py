"""RandAugment (https://arxiv.org/abs/1909.13719): a few operations, all equally strong.

`keras.layers.RandAugment` itself is not used. It computes every one of its eleven
operations for every image and keeps one, its inner layers draw from counters that no
caller can seed per element (see draws.py), and draws a strength where the paper has
one that is fixed. Here the operations are a table, and `tf.switch_case` runs just the
one drawn.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import tensorflow as tf

from keras_vit.data import image_operations as operations
from keras_vit.data.draws import Draws

MAX_MAGNITUDE = 10.0

Number: TypeAlias = tf.Tensor | float


class Operation(NamedTuple):
    """One row of the table: what is done, and how strongly at which magnitude.

    Args:
        change: From an image (H, W, C) and a strength to an image.
        strength: From a magnitude, 0 to 10, and a sign, 1 or -1, to the strength, in
            the operation's own unit.
    """

    change: Callable[[tf.Tensor, Number], tf.Tensor]
    strength: Callable[[Number, Number], Number]


def _each_way(most: float) -> Callable[[Number, Number], Number]:
    return lambda magnitude, sign: sign * most * magnitude / MAX_MAGNITUDE


def _around_one(magnitude: Number, sign: Number) -> Number:
    """A factor: 1 leaves an image as it is, 0 takes all from it."""
    return tf.maximum(0.1, 1.0 + sign * 0.9 * magnitude / MAX_MAGNITUDE)


def _bits(magnitude: Number, sign: Number) -> Number:
    """At the highest magnitude timm keeps no bit, a black image; here one is kept."""
    return tf.maximum(1.0, 4.0 - tf.floor(magnitude / MAX_MAGNITUDE * 4.0))


def _threshold(magnitude: Number, sign: Number) -> Number:
    return 256.0 - tf.floor(magnitude / MAX_MAGNITUDE * 256.0)


def _always(change: Callable[[tf.Tensor], tf.Tensor]) -> Operation:
    """An operation that is the same at every magnitude."""
    return Operation(lambda image, _: change(image), lambda *_: 0.0)


# The operations of the paper at the strengths of timm's "increasing" ones
# (timm/data/auto_augment.py, "inc1" in the name of a recipe). The paper's own code has
# enhancements that leave an image alone at magnitude 5, and keeps more bits the
# stronger it is meant to be.
TABLE = {
    "identity": _always(tf.identity),
    "auto_contrast": _always(operations.auto_contrast),
    "equalize": _always(operations.equalize),
    "rotate": Operation(operations.rotate, _each_way(30.0)),
    "shear_x": Operation(operations.shear_x, _each_way(0.3)),
    "shear_y": Operation(operations.shear_y, _each_way(0.3)),
    "translate_x": Operation(operations.translate_x, _each_way(0.45)),
    "translate_y": Operation(operations.translate_y, _each_way(0.45)),
    "brightness": Operation(operations.brightness, _around_one),
    "contrast": Operation(operations.contrast, _around_one),
    "sharpness": Operation(operations.sharpness, _around_one),
    "posterize": Operation(operations.posterize, _bits),
    "solarize": Operation(operations.solarize, _threshold),
    "color": Operation(operations.color, _around_one),
}


def rand_augment(
    channels: int, num_ops: int, magnitude: float, deviation: float = 0.0
) -> Callable[[tf.Tensor, Draws], tf.Tensor]:
    """Return a function that applies `num_ops` operations, drawn for each image.

    Args:
        channels: Of the images. Color is for 3 alone.
        num_ops: How many operations an image gets. One may come twice.
        magnitude: From 0 to 10, the same for every operation.
        deviation: Standard deviation of the magnitude about that, drawn for each
            operation; 0 for none.
    """
    table = [op for name, op in TABLE.items() if channels == 3 or name != "color"]

    def augment(image: tf.Tensor, draws: Draws) -> tf.Tensor:
        image = tf.cast(image, tf.float32)
        for _ in range(num_ops):
            level = _drawn(magnitude, deviation, draws)
            sign = 1.0 - 2.0 * tf.cast(draws.integer(2), tf.float32)
            image = _apply_one(table, draws.integer(len(table)), image, level, sign)
        return image

    return augment


def _drawn(magnitude: float, deviation: float, draws: Draws) -> Number:
    if not deviation:
        return magnitude
    level = tf.random.stateless_normal((), draws.next(), magnitude, deviation)
    return tf.clip_by_value(level, 0.0, MAX_MAGNITUDE)


def _apply_one(
    table: list[Operation],
    chosen: tf.Tensor,
    image: tf.Tensor,
    level: Number,
    sign: tf.Tensor,
) -> tf.Tensor:
    shape = image.shape

    def branch(operation: Operation) -> Callable[[], tf.Tensor]:
        def run() -> tf.Tensor:
            changed = operation.change(image, operation.strength(level, sign))
            return tf.ensure_shape(changed, shape)

        return run

    return tf.switch_case(chosen, [branch(operation) for operation in table])
