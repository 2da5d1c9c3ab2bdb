"""Arrays as a source: images, with or without labels and weights."""

import warnings
from typing import Any

import numpy as np
import tensorflow as tf

from keras_vit.data.array_images import array_images
from keras_vit.data.array_labels import array_labels, array_weights
from keras_vit.data.caching import digest
from keras_vit.data.ranges import as_array
from keras_vit.data.source import CLASS, Source


def array_source(
    images: Any,
    labels: Any = None,
    weights: Any = None,
    num_classes: int | None = None,
    class_names: tuple | None = None,
    training: bool = False,
) -> Source:
    """Return the source for images, and labels and sample weights that go with them.

    Records are row numbers: the arrays stay where they are, and a shuffle of the whole
    set costs eight bytes an image.

    Raises:
        ValueError: If the arrays' shapes, types, values or lengths do not fit.
    """
    pixels = array_images(images)
    count = len(pixels.shapes)
    columns = [np.arange(count)]
    kind = None
    if labels is not None:
        kind, values, classes = array_labels(labels, count, num_classes, class_names)
        columns.append(values)
        if training and kind == CLASS and num_classes is None:
            _warn_of_gaps(values)
        num_classes = classes
    if weights is not None:
        if labels is None:
            raise ValueError("Sample weights are for images that have labels.")
        columns.append(array_weights(weights, count))
    with tf.device("CPU:0"):
        rows = tf.data.Dataset.from_tensor_slices(tuple(columns))
    return Source(
        records=rows,
        load=pixels.load,
        name=lambda row: tf.strings.format("Image {}", row),
        num_classes=num_classes,
        record_bytes=8,
        pixel_bytes=pixels.values.dtype.itemsize,
        labels=kind,
        identity=lambda: digest(pixels.values, pixels.shapes, *columns),
    )


def _warn_of_gaps(labels: np.ndarray) -> None:
    """Say that some classes have no image, as when labels begin at 1, or one is wrong.

    How many classes the model has cannot be known here. A label too large for it would
    train in silence.
    """
    present = np.unique(labels)
    missing = int(present[-1]) + 1 - len(present)
    if missing:
        first = int(np.argmax(present != np.arange(len(present))))
        warnings.warn(
            f"The labels go from {present[0]} to {present[-1]}, but {missing} of the "
            f"{present[-1] + 1} classes have no image; the first is {first}. Classes "
            "are counted from 0. If this is meant, pass num_classes, which also has "
            "every label checked.",
            stacklevel=5,
        )


def as_arrays(source: Any) -> tuple[Any, Any, Any] | None:
    """Return (images, labels, weights) of what may be arrays, None if it is not.

    A tuple holds them in this order, with labels and weights left out or None. A list
    does too, unless all of its items look like single images.
    """
    if isinstance(source, np.ndarray) or hasattr(source, "__array__"):
        return source, None, None
    if isinstance(source, list) and source and not _are_columns(source):
        return source, None, None
    if isinstance(source, tuple | list) and 1 <= len(source) <= 3:
        images, labels, weights = (*source, None, None)[:3]
        return images, labels, weights
    return None


def _are_columns(items: list) -> bool:
    """Whether a list is [images, labels] or [images, labels, weights]."""
    if not 2 <= len(items) <= 3:
        return False
    first, second = map(_rank, items[:2])
    return first > second or first > 3


def _rank(value: Any) -> int:
    if hasattr(value, "shape"):
        return len(value.shape)
    if isinstance(value, list | tuple) and value:
        return 1 + _rank(value[0])  # the items may be of several sizes
    return np.ndim(as_array("An item of the source", value))
