"""A look at the first images of a stream, whose pixels may be from 0 to 1 by mistake.

One dark image says nothing, so the look is at several, and at those that pass by on
their way to the model: nothing is read twice, and none is lost.
"""

from collections.abc import Callable

import tensorflow as tf

from keras_vit.data.array_images import BRIGHTEST_OF_UNIT
from keras_vit.data.source import required

ENOUGH = 8  # images, of which not all are this dark by chance


def watched(elements: tf.data.Dataset) -> tf.data.Dataset:
    """Give each element how many were "seen" so far, and the "brightest" value.

    Elements are dictionaries with an "image". Once one is bright, no more are looked
    at.
    """

    def look(state: tuple, element: dict) -> tuple[tuple, dict]:
        seen, brightest = state
        image = element["image"]
        brightest = tf.cond(
            brightest > BRIGHTEST_OF_UNIT,
            lambda: brightest,
            lambda: tf.maximum(brightest, tf.cast(tf.reduce_max(image), tf.float32)),
        )
        seen = tf.minimum(seen + 1, ENOUGH)
        return (seen, brightest), element | {"seen": seen, "brightest": brightest}

    return elements.scan((tf.constant(0), tf.constant(0.0)), look)


def refuser(size: int | None, batch_size: int) -> Callable[[dict], dict]:
    """Return a function that fails at a batch if all so far has been from 0 to 1.

    Args:
        size: How many images there are; None if unknown.
        batch_size: Images in a full batch. After one that is not there are no more.
    """
    enough = min(ENOUGH, size or ENOUGH)

    def refuse(batch: dict) -> dict:
        batch = dict(batch)
        # Not those of the last image: the order within a batch may be any.
        seen = tf.reduce_max(batch.pop("seen"))
        brightest = tf.reduce_max(batch.pop("brightest"))
        is_unit = (brightest > 0.0) & (brightest <= BRIGHTEST_OF_UNIT)
        is_enough = (seen >= enough) | (tf.shape(batch["image"])[0] < batch_size)
        problem = (
            "are from 0 to 1: their brightest value is {}. Expected 0 to 255, as "
            "image_batches does the normalization: map them to image * 255. If they "
            "really are that dark, shuffle brighter ones among them."
        )
        brightest = required(
            brightest,
            tf.logical_not(is_unit & is_enough),
            tf.constant("The first images of the data set"),
            problem,
        )
        with tf.control_dependencies([brightest]):
            return batch | {"image": tf.identity(batch["image"])}

    return refuse
