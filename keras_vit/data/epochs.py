"""Epochs by their number, so that one can be entered in its middle."""

from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf


def batches_by_epoch(
    make: Callable[[int], tf.data.Dataset], place: Callable[[], tuple[int, int]]
) -> tf.data.Dataset:
    """Return one data set that reads another one in each epoch.

    A data set shuffles by how often it has been read since the process started. Here
    each epoch gets one of its own, made when it is first read from.

    Args:
        make: from an epoch's number to its batches, as many in each.
        place: gives the epoch to read, and how many of its batches to pass over.

    Returns:
        The batches. `len` gives those of a whole epoch.

    Raises:
        ValueError: If `make` gives no data set of a known length.
    """
    first = _checked(make(place()[0]))
    steps = len(first)

    def read() -> Iterator[Any]:
        epoch, step = place()
        dataset = _checked(make(epoch))
        if len(dataset) != steps:
            raise ValueError(
                f"Each epoch should have as many batches. Received: {len(dataset)} in "
                f"epoch {epoch}, and {steps} before."
            )
        yield from dataset.skip(step)

    batches = tf.data.Dataset.from_generator(read, output_signature=first.element_spec)
    batches = batches.with_options(first.options())  # read() leaves them out
    # Not `assert_cardinality`: an epoch that is entered in its middle has fewer.
    batches.cardinality = lambda: tf.constant(steps, tf.int64)
    return batches


def global_seed() -> int:
    """Return what TensorFlow mixes into the seed of each shuffle."""
    return int(tf.compat.v1.get_seed(1)[0])


def _checked(dataset: Any) -> tf.data.Dataset:
    if not isinstance(dataset, tf.data.Dataset):
        raise ValueError(
            "The function should give an epoch's batches as a tf.data.Dataset, as "
            f"keras_vit.data.image_batches does. Received: {dataset!r}"
        )
    if int(dataset.cardinality()) < 1:
        raise ValueError(
            "An epoch's batches should be of a known length. Received: "
            f"{dataset!r}, of cardinality {int(dataset.cardinality())}. If you know it,"
            " apply tf.data.experimental.assert_cardinality."
        )
    return dataset
