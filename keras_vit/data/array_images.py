"""Images that lie in memory, of one size or of several."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from keras_vit.data.held import held
from keras_vit.data.ranges import as_array

# Bicubic resizing overshoots: what was meant to be from 0 to 1 may reach beyond.
BRIGHTEST_OF_UNIT = 1.5


class ArrayImages(NamedTuple):
    """Checked images, and a function from a row's number to its image, in graph."""

    values: np.ndarray
    shapes: np.ndarray  # (N, 3)
    load: Callable[[tf.Tensor], tf.Tensor]


def array_images(images: Any) -> ArrayImages:
    """Return images of an array (N, H, W, C) or (N, H, W), or of a list of single ones.

    Raises:
        ValueError: If their shapes, types or values are none of images.
    """
    if isinstance(images, list | tuple) or _is_object(images):
        items = [_image(as_array(f"images[{i}]", x), i) for i, x in enumerate(images)]
        if len({item.shape for item in items}) > 1:
            return _of_several_sizes(items)
        images = np.stack(items) if items else np.empty((0,))
    return _of_one_size(as_array("images", images))


def _is_object(images: Any) -> bool:
    return isinstance(images, np.ndarray) and images.dtype == object and images.ndim > 0


def _image(image: np.ndarray, index: int) -> np.ndarray:
    if image.dtype.kind in "SU":
        raise ValueError(
            f"images[{index}] is a text or bytes. Expected pixels (H, W, C). Paths and "
            "encoded images go into a data set: tf.data.Dataset.from_tensor_slices("
            "(paths, labels)).map(lambda path, label: (tf.io.read_file(path), label))"
        )
    if image.ndim not in (2, 3) or 0 in image.shape:
        raise ValueError(
            "Each of a list of images must be (H, W, C), or (H, W) if gray, with none "
            f"of these zero. Received the shape {image.shape} at index {index}."
        )
    return image[..., None] if image.ndim == 2 else image


def _of_one_size(images: np.ndarray) -> ArrayImages:
    if images.ndim == 3:
        images = images[..., None]  # (N, H, W) -> (N, H, W, 1), gray
    if images.ndim != 4 or 0 in images.shape:
        raise ValueError(
            "images must be an array (N, H, W, C), or (N, H, W) if gray, with none of "
            f"these zero, or a list of single ones. Received the shape {images.shape}."
        )
    images = _checked_values(images)
    shape = images.shape[1:]
    count = math.prod(shape)
    read = held(images, count)
    return ArrayImages(
        images,
        np.tile(shape, (len(images), 1)),
        lambda row: tf.reshape(read(row * count, tf.constant(count, tf.int64)), shape),
    )


def _of_several_sizes(items: list[np.ndarray]) -> ArrayImages:
    """Lay the images one after the other, since an array has but one shape."""
    values = _checked_values(np.concatenate([item.ravel() for item in items]))
    shapes = np.array([item.shape for item in items])
    ends = np.cumsum(shapes.prod(-1))
    channels = {item.shape[-1] for item in items}
    known = channels.pop() if len(channels) == 1 else None
    counts = shapes.prod(-1)
    read = held(values, counts.max())
    with tf.device("CPU:0"):
        sizes, begins = tf.constant(shapes), tf.constant(ends - counts)

    def load(row: tf.Tensor) -> tf.Tensor:
        shape = tf.gather(sizes, row)
        flat = read(tf.gather(begins, row), tf.reduce_prod(shape))
        return tf.ensure_shape(tf.reshape(flat, shape), (None, None, known))

    return ArrayImages(values, shapes, load)


def _checked_values(values: np.ndarray) -> np.ndarray:
    """Return pixels as uint8 or float32 if they can be from 0 to 255."""
    if values.dtype.kind not in "iuf":
        raise ValueError(
            f"images must be numbers from 0 to 255. Received the type {values.dtype}."
        )
    low, high = float(values.min()), float(values.max())
    if not (low >= 0 and high <= 255):  # also catches NaN
        raise ValueError(
            "images must be from 0 to 255: image_batches does the normalization. "
            f"Received values from {low:g} to {high:g}."
        )
    is_float = values.dtype.kind == "f"
    if is_float and high <= BRIGHTEST_OF_UNIT or 0 < high <= 1:
        raise ValueError(
            "images must be from 0 to 255, not from 0 to 1. Received "
            f"{values.dtype} up to {high:g}: multiply them by 255."
        )
    return values.astype("float32" if is_float else "uint8", copy=False)
