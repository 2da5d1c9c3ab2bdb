"""A pair of arrays as a source."""

from typing import Any

import numpy as np
import tensorflow as tf

from keras_vit.data.source import Source, check_num_classes


def array_source(images: Any, labels: Any, num_classes: int | None = None) -> Source:
    """Return the source for images (N, H, W, C) or (N, H, W) and labels (N,).

    Records are row numbers: the arrays stay where they are, and a shuffle of the whole
    set costs eight bytes an image.

    Raises:
        ValueError: If the arrays' shapes, types, values or lengths do not fit.
    """
    images = _checked_images(np.asarray(images))
    labels = _checked_labels(np.asarray(labels), len(images), num_classes)
    # Held on the host: on a GPU every row would be fetched back one at a time.
    with tf.device("CPU:0"):
        pixels = tf.constant(images)
        rows = tf.data.Dataset.from_tensor_slices((np.arange(len(images)), labels))
    return Source(
        records=rows,
        load=lambda row: tf.ensure_shape(tf.gather(pixels, row), images.shape[1:]),
        name=lambda row: tf.strings.format("Image {}", row),
        num_classes=check_num_classes(num_classes, int(labels.max()) + 1, "the array"),
        record_bytes=8,
        pixel_bytes=images.dtype.itemsize,
    )


def _checked_images(images: np.ndarray) -> np.ndarray:
    if images.ndim == 3:
        images = images[..., None]  # (N, H, W) -> (N, H, W, 1), grey
    if images.ndim != 4 or 0 in images.shape:
        raise ValueError(
            "images must be an array (N, H, W, C), or (N, H, W) if grey, with none of "
            f"these zero. Received the shape {images.shape}."
        )
    if images.dtype == np.uint8:
        return images
    if images.dtype.kind not in "iuf":
        raise ValueError(
            f"images must be numbers from 0 to 255. Received the type {images.dtype}."
        )
    low, high = float(images.min()), float(images.max())
    if not (low >= 0 and high <= 255):  # also catches NaN
        raise ValueError(
            "images must be from 0 to 255: image_batches does the normalization. "
            f"Received values from {low:g} to {high:g}."
        )
    if images.dtype.kind == "f":
        if high <= 1:
            raise ValueError(
                "images must be from 0 to 255, not from 0 to 1. Received floats up to "
                f"{high:g}: multiply them by 255."
            )
        return images.astype("float32")
    return images.astype("uint8")


def _checked_labels(
    labels: np.ndarray, count: int, num_classes: int | None
) -> np.ndarray:
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]  # (N, 1) -> (N,), as keras.datasets has them
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise ValueError(
            "labels must be whole numbers (N,). Received the shape "
            f"{labels.shape} and the type {labels.dtype}. One-hot labels are turned "
            "into these by np.argmax(labels, axis=-1)."
        )
    if len(labels) != count:
        raise ValueError(
            f"There must be as many labels as images. Received {count} images and "
            f"{len(labels)} labels."
        )
    limit = np.inf if num_classes is None else num_classes
    wrong = np.flatnonzero((labels < 0) | (labels >= limit))
    if wrong.size:
        wanted = "0 or more" if num_classes is None else f"0 to {num_classes - 1}"
        raise ValueError(
            f"Labels must be {wanted} (num_classes={num_classes}). Received the label "
            f"{labels[wrong[0]]} at index {wrong[0]}, and {wrong.size - 1} more."
        )
    return labels.astype("int64")
