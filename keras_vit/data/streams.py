"""Any tf.data.Dataset of single images as a source."""

from typing import Any

import numpy as np
import tensorflow as tf

from keras_vit.data.source import Source, required
from keras_vit.data.stream_labels import stream_label, stream_weight

EXPECTED = (
    "Expected a tf.data.Dataset of single images, of pairs (image, label), of "
    "(image, label, sample weight), or of dictionaries with the keys 'image', 'label' "
    "and 'sample_weight': image (H, W, C) with values from 0 to 255, or the bytes of "
    "an encoded one."
)
KEYS = ("image", "label", "sample_weight")
ENCODED_BYTES = 2**17  # about what a photograph of ImageNet takes


def stream_source(
    dataset: tf.data.Dataset,
    num_classes: int | None = None,
    class_names: tuple | None = None,
) -> Source:
    """Return the source for a data set that is not batched yet.

    What the data set's types tell is checked here; labels and values that only a run
    can show are checked at each element, and the error names it.

    Raises:
        ValueError: If the elements are not as described.
    """
    specs = _specs(dataset.element_spec)
    image, *others = specs
    _check_image(image)
    kind, checks = None, []
    if others:
        kind, num_classes, check = stream_label(others[0], num_classes, class_names)
        checks = [check, *map(stream_weight, others[1:])]

    def record(index: tf.Tensor, element: Any) -> tuple:
        item, *targets = _parts(element)
        name = _name(index)
        pairs = zip(checks, targets, strict=True)
        return (index, item), *(check(target, name) for check, target in pairs)

    is_encoded = image.dtype == tf.string
    return Source(
        records=dataset.enumerate().map(record),
        load=(lambda item: item[1]) if is_encoded else _load,
        name=lambda item: _name(item[0]),
        num_classes=num_classes,
        record_bytes=ENCODED_BYTES if is_encoded else _bytes(image),
        pixel_bytes=1 if is_encoded or image.dtype == tf.uint8 else 4,
        labels=kind,
        is_encoded=is_encoded,
        is_doubtful=not is_encoded,
    )


def _name(index: tf.Tensor) -> tf.Tensor:
    return tf.strings.format("Element {} of the data set", index)


def _bytes(spec: tf.TensorSpec) -> int | None:
    if not spec.shape.is_fully_defined():
        return None
    return int(np.prod(spec.shape)) * spec.dtype.size


def _load(record: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
    index, image = record
    if image.dtype == tf.uint8:
        return tf.ensure_shape(image, (None, None, image.shape[-1]))
    image = tf.cast(image, tf.float32)
    extent = tf.stack([tf.reduce_min(image), tf.reduce_max(image)])
    problem = (
        "has values from {} (the least and the greatest). Expected 0 to 255: "
        "image_batches does the normalization."
    )
    fits = tf.logical_and(extent[0] >= 0.0, extent[1] <= 255.0)
    with tf.control_dependencies([required(extent, fits, _name(index), problem)]):
        return tf.identity(image)


def _parts(element: Any) -> list:
    """Return an element's image, label and weight, or those of its spec."""
    if isinstance(element, dict):
        # A label under another key would be lost in silence.
        if "image" in element and ("label" in element or len(element) == 1):
            return [element[key] for key in KEYS if key in element]
    elif isinstance(element, tuple | list):
        if 1 <= len(element) <= len(KEYS):
            return list(element)
    else:
        return [element]
    raise ValueError(f"{EXPECTED} Received elements {element}.")


def _specs(element_spec: Any) -> list[tf.TensorSpec]:
    specs = _parts(element_spec)
    if not all(isinstance(spec, tf.TensorSpec) for spec in specs):
        raise ValueError(f"{EXPECTED} Received elements {element_spec}.")
    return specs


def _check_image(spec: tf.TensorSpec) -> None:
    shape, dtype = spec.shape, spec.dtype
    whole = 0 if dtype == tf.string else 3
    if shape.rank == whole + 1:
        raise ValueError(
            f"{EXPECTED} Received images of shape {shape}, which are batched "
            "already: pass dataset.unbatch()."
        )
    if not (dtype.is_integer or dtype.is_floating or dtype == tf.string):
        raise ValueError(f"{EXPECTED} Received images of type {dtype.name}.")
    if shape.rank != whole and not (dtype == tf.string and shape.rank is None):
        raise ValueError(
            f"{EXPECTED} Received images of shape {shape} and type {dtype.name}. If "
            "tf.data does not know the shape, a map with tf.ensure_shape(image, (None, "
            "None, 3)) tells it."
        )
