"""A look at the first images of a stream, whose pixels may be from 0 to 1 by mistake.

One dark image says nothing, so the look is at several, and at those that pass by on
their way to the model: nothing is read twice, and none is lost.
"""

import tensorflow as tf

from keras_vit.data.array_images import BRIGHTEST_OF_UNIT
from keras_vit.data.source import required

ENOUGH = 8  # images, of which not all are this dark by chance


def refuse_unit_pixels(
    batches: tf.data.Dataset, size: int | None, batch_size: int
) -> tf.data.Dataset:
    """Fail at the first batches if all that they hold is from 0 to 1.

    Args:
        batches: Dictionaries with "image" and the images' "brightest" values (B,),
            which are taken away.
        size: How many images there are; None if unknown.
        batch_size: Images in a full batch.
    """
    enough = min(ENOUGH, size or ENOUGH)

    def look(state: tuple, batch: dict) -> tuple[tuple, dict]:
        seen, found = state  # how many images, and the brightest value among them
        values = batch.pop("brightest")
        count = tf.shape(values)[0]
        seen = tf.minimum(seen + count, enough)
        found = tf.maximum(found, tf.reduce_max(values))
        is_unit = (found > 0.0) & (found <= BRIGHTEST_OF_UNIT)
        is_enough = (seen >= enough) | (count < batch_size)
        problem = (
            "are from 0 to 1: their brightest value is {}. Expected 0 to 255, as "
            "image_batches does the normalization: map them to image * 255. If they "
            "really are that dark, shuffle brighter ones among them."
        )
        found = required(
            found,
            tf.logical_not(is_unit & is_enough),
            tf.constant("The first images of the data set"),
            problem,
        )
        with tf.control_dependencies([found]):
            batch["image"] = tf.identity(batch["image"])
        return (seen, found), batch

    return batches.scan((tf.constant(0), tf.constant(0.0)), look)
