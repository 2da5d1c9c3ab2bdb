"""Gray out parts of images and ask the model again.

B images, H, W pixels, P parts of an image in row-major order.
"""

from collections.abc import Iterable, Iterator

import keras
import numpy as np


def spatial_size(images: np.ndarray) -> tuple[int, int]:
    """(H, W) of images in the order of `keras.config.image_data_format()`."""
    first = 2 if keras.config.image_data_format() == "channels_first" else 1
    return images.shape[first], images.shape[first + 1]


def grayed(image: np.ndarray, hidden: np.ndarray, fill=None) -> np.ndarray:
    """Replace the hidden pixels of an image.

    Args:
        image: `(H, W, C)`, or `(C, H, W)` where Keras keeps channels first.
        hidden: boolean `(H, W)`.
        fill: a number, or one a channel. If None, the image's mean color.
    """
    channels_first = keras.config.image_data_format() == "channels_first"
    axis = 0 if channels_first else -1
    if fill is None:
        fill = image.mean(axis=(1, 2) if channels_first else (0, 1))
    color = np.asarray(fill, "float64").reshape(-1, *((1, 1) if channels_first else ()))
    if np.issubdtype(image.dtype, np.integer):
        color = color.round()
    gray = np.broadcast_to(color, image.shape).astype(image.dtype)
    return np.where(np.expand_dims(hidden, axis), gray, image)


def answers(
    model: keras.Model, images: Iterable[np.ndarray], count: int, batch_size: int
) -> np.ndarray:
    """The model's scores for so many images, made as they are asked for.

    Returns:
        float32 `(count, classes)`.
    """
    size = -(-count // -(-count // batch_size))  # no batch is padded by much
    scores = [
        keras.ops.convert_to_numpy(model.predict_on_batch(batch))[:filled]
        for batch, filled in _batches(images, size)
    ]
    return np.concatenate(scores).astype("float32")


def _batches(images, batch_size) -> Iterator[tuple[np.ndarray, int]]:
    """Batches of one size, so that the model is compiled once; the last is padded."""
    batch: list[np.ndarray] = []
    for image in images:
        batch.append(image)
        if len(batch) == batch_size:
            yield np.stack(batch), batch_size
            batch = []
    if batch:
        yield np.stack(batch + [batch[-1]] * (batch_size - len(batch))), len(batch)
