"""What every kind of source is turned into before the pipeline begins."""

import dataclasses
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from keras_vit.data.cut import Rectangle, part, whole
from keras_vit.data.decoding import decode

# What a label can be.
CLASS = "class"  # an int64 scalar from 0, of which one-hot labels are made
VECTOR = "vector"  # float32 (K,), which MixUp and CutMix blend if it is from 0 to 1
NUMBER = "number"  # float32, a scalar or (K,), which they do not


@dataclasses.dataclass(frozen=True)
class Source:
    """Small records that stand for images, and how to make images of them.

    Shuffling records rather than decoded images costs next to no memory, so a shuffle
    can span the whole set.

    Args:
        records: A tf.data.Dataset of (record, label), of (record, label, weight), or,
            without labels, of (record,). A weight is a float32 scalar.
        load: Makes an image (H, W, C), uint8 or float32 in 0 .. 255, of a record, or
            gives the bytes of an encoded one. Runs in graph.
        name: What to call a record in an error, a string tensor. Runs in graph.
        num_classes: How many labels there can be, or None if unknown.
        record_bytes: About how much memory one record takes, or None if unknown.
        pixel_bytes: How much a channel of a pixel of a loaded image takes.
        labels: CLASS, VECTOR or NUMBER, or None for none.
        is_encoded: Whether images are still to be decoded.
        identity: Gives what tells the records from those of another source, to name
            the file of a cache by; None if nothing does.
        is_doubtful: Whether pixels may be from 0 to 1 by mistake, which only a look at
            several images can tell.
    """

    records: tf.data.Dataset
    load: Callable[[Any], tf.Tensor]
    name: Callable[[Any], tf.Tensor]
    num_classes: int | None
    record_bytes: int | None = None
    pixel_bytes: int = 1
    labels: str | None = CLASS
    is_encoded: bool = False
    identity: Callable[[], str] | None = None
    is_doubtful: bool = False

    def image(
        self, record: Any, rectangle: Callable[[tf.Tensor], Rectangle] = whole
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return a part of a record's image, and height and width of all of it."""
        if self.is_encoded:
            return decode(lambda: self.load(record), self.name(record), rectangle)
        image = self.load(record)
        shape = tf.shape(image)[:2]
        return part(image, rectangle(shape)), shape

    @property
    def size(self) -> int | None:
        """How many records there are; None if that is unknown or without end."""
        size = int(self.records.cardinality())
        return size if size >= 0 else None


def required(
    value: tf.Tensor, fits: tf.Tensor, name: tf.Tensor, problem: str
) -> tf.Tensor:
    """Return a value of the stream, or fail there, in words.

    Args:
        value: What is returned, and named in the error.
        fits: Whether it is as it should be, a boolean scalar.
        name: What to call the element, a string tensor.
        problem: What is wrong, with "{}" for the value.
    """
    message = tf.strings.join([name, tf.strings.format(problem, value)], " ")
    check = tf.debugging.Assert(fits, [message])
    with tf.control_dependencies([check]):
        return tf.identity(value)


def check_label(
    label: tf.Tensor, num_classes: int | None, name: tf.Tensor
) -> tf.Tensor:
    """Return a label of the stream as int64, or fail there, in words, if out of range.

    Args:
        label: An integer scalar.
        num_classes: Labels have to be below it; None if unknown.
        name: What to call the element in the error, a string tensor.
    """
    label = tf.cast(label, tf.int64)
    limit = tf.int64.max if num_classes is None else num_classes
    wanted = "0 or more" if num_classes is None else f"from 0 to {num_classes - 1}"
    known = "" if num_classes is None else f" (num_classes={num_classes})"
    problem = (
        f"has the label {{}}. Expected a label {wanted}{known}: mend the label, or "
        "pass the num_classes that the set has."
    )
    return required(label, tf.logical_and(label >= 0, label < limit), name, problem)


def check_num_classes(wanted: int | None, known: int, what: str) -> int:
    """Return the classes to use where the source itself knows how many it has."""
    if wanted is not None and wanted < known:
        raise ValueError(
            f"num_classes={wanted} is too few: {what} has {known} classes. "
            f"Pass num_classes={known}, or leave it out."
        )
    return wanted or known
