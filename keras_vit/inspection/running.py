"""Run a model on any number of images, a few at a time, and keep it for the next call.

B images.
"""

import weakref
from collections.abc import Callable, Hashable, Iterator
from typing import Any

import keras
import numpy as np

from keras_vit.inspection.finding import find
from keras_vit.inspection.found import Found

MEMORY = 2**28  # bytes of what one call may give
_MADE: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def found_for(model: keras.Model, images: Any) -> tuple[Found, np.ndarray]:
    """The ViT or Swin in a model, and images that were checked, as an array.

    Raises:
        ValueError: if the model holds none, or does not take such images.
    """
    if keras.ops.is_tensor(images):
        images = keras.ops.convert_to_numpy(images)
    images = np.asarray(images)
    found = find(model, images.shape[1:] if images.ndim == 4 else None)
    expected = tuple(model.inputs[0].shape[1:])
    fits = images.ndim == 4 and all(
        side in (None, given)
        for side, given in zip(expected, images.shape[1:], strict=True)
    )
    if not fits or not len(images):
        sides = ", ".join("any" if side is None else str(side) for side in expected)
        hint = " For one image give images[None]." if images.ndim == 3 else ""
        raise ValueError(
            f"'{model.name}' takes images of shape (batch, {sides}), at least one. "
            f"Received: images of shape {images.shape}.{hint}"
        )
    return found, images


def kept(model: keras.Model, key: Hashable, make: Callable[[], Any]) -> Any:
    """What was made of a model the last time, or make it.

    It is made anew where the model has other weights (a replaced part, LoRA, a
    quantization): compiled code would go on with the old ones.

    Args:
        model: that something is made of. What is made should not refer to it.
        key: what is made.
        make: makes it.
    """
    made = _MADE.setdefault(model, {})
    weights = list(model.weights)
    if key in made:
        before, thing = made[key]
        if len(before) == len(weights) and all(map(_is, before, weights)):
            return thing
    thing = make()
    made[key] = weights, thing
    return thing


def _is(one, other) -> bool:
    return one is other


def run(
    watching: keras.Model, images: np.ndarray, bytes_an_image: float = 0
) -> Iterator[list[np.ndarray]]:
    """Run a model on some images after others.

    Args:
        watching: a functional model from images to tensors with a batch axis each.
        images: `(B, ...)`.
        bytes_an_image: what one image's results take.

    Yields:
        For the next few images, the model's outputs.
    """
    for rows, real in batches(len(images), bytes_an_image):
        outputs = watching.predict_on_batch(images[rows])
        outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
        yield [np.asarray(output)[:real] for output in outputs]


def batches(count: int, bytes_an_image: float) -> Iterator[tuple[np.ndarray, int]]:
    """Share images among calls that get as many each: another number is compiled anew.

    Args:
        count: of all images.
        bytes_an_image: what one image's results take.

    Yields:
        The numbers of the next few images, and how many of them are not the last image
        again.
    """
    most = min(max(int(MEMORY // max(bytes_an_image, 1)), 1), 32)
    calls = -(-count // most)
    size = -(-count // calls)
    for start in range(0, count, size):
        rows = np.arange(start, start + size)
        yield np.minimum(rows, count - 1), min(size, count - start)
