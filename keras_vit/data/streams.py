"""Any tf.data.Dataset of (image, label) as a source."""

from typing import Any

import numpy as np
import tensorflow as tf

from keras_vit.data.source import Source, check_label

EXPECTED = (
    "Expected a tf.data.Dataset of single (image, label) pairs, or of dictionaries "
    "with the keys 'image' and 'label': image (H, W, C) with values from 0 to 255, "
    "label a whole number."
)


def stream_source(dataset: tf.data.Dataset, num_classes: int | None = None) -> Source:
    """Return the source for a data set that is not batched yet.

    What the data set's types tell is checked here; labels and values that only a run
    can show are checked at each element, and the error names it.

    Raises:
        ValueError: If the elements are not single (image, label) pairs.
    """
    image_spec, label_spec = _specs(dataset.element_spec)
    _check_image(image_spec)
    _check_label(label_spec)

    def record(index: tf.Tensor, element: Any) -> tuple[tuple, tf.Tensor]:
        image, label = _pair(element)
        label = check_label(tf.reshape(label, ()), num_classes, _name(index))
        return (index, image), label

    shape = image_spec.shape
    known = shape.rank is not None and shape.is_fully_defined()
    size = int(np.prod(shape)) * image_spec.dtype.size if known else None
    return Source(
        records=dataset.enumerate().map(record),
        load=_load,
        name=lambda item: _name(item[0]),
        num_classes=num_classes,
        record_bytes=size,
        pixel_bytes=1 if image_spec.dtype == tf.uint8 else 4,
    )


def _name(index: tf.Tensor) -> tf.Tensor:
    return tf.strings.format("Element {} of the data set", index)


def _load(record: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
    index, image = record
    if image.dtype == tf.uint8:
        return tf.ensure_shape(image, (None, None, image.shape[-1]))
    image = tf.cast(image, tf.float32)
    low, high = tf.reduce_min(image), tf.reduce_max(image)
    problem = tf.strings.format(
        " has values from {} to {}. Expected 0 to 255: image_batches does the "
        "normalization.",
        (low, high),
    )
    fits = tf.logical_and(low >= 0.0, high <= 255.0)
    check = tf.debugging.Assert(fits, [tf.strings.join([_name(index), problem])])
    with tf.control_dependencies([check]):
        return tf.identity(image)


def _pair(element: Any) -> tuple[Any, Any]:
    """Return (image, label) of an element, or of its spec."""
    if isinstance(element, dict) and {"image", "label"} <= set(element):
        return element["image"], element["label"]
    if isinstance(element, tuple | list) and len(element) == 2:
        return element[0], element[1]
    raise ValueError(f"{EXPECTED} Received elements {element}.")


def _specs(element_spec: Any) -> tuple[tf.TensorSpec, tf.TensorSpec]:
    image, label = _pair(element_spec)
    if not isinstance(image, tf.TensorSpec) or not isinstance(label, tf.TensorSpec):
        raise ValueError(f"{EXPECTED} Received elements {element_spec}.")
    return image, label


def _check_image(spec: tf.TensorSpec) -> None:
    if spec.shape.rank == 4:
        raise ValueError(
            f"{EXPECTED} Received images of shape {spec.shape}, which are batched "
            "already: pass dataset.unbatch()."
        )
    if spec.shape.rank != 3:
        raise ValueError(
            f"{EXPECTED} Received images of shape {spec.shape}. A map with "
            "tf.ensure_shape(image, (None, None, 3)) tells tf.data a shape that it "
            "does not know."
        )
    if not (spec.dtype.is_integer or spec.dtype.is_floating):
        raise ValueError(f"{EXPECTED} Received images of type {spec.dtype.name}.")


def _check_label(spec: tf.TensorSpec) -> None:
    if not spec.dtype.is_integer or spec.shape.as_list() not in ([], [1]):
        raise ValueError(
            f"{EXPECTED} Received labels of shape {spec.shape} and type "
            f"{spec.dtype.name}."
        )
