"""The classes that something is asked of."""

from typing import Any

import keras
import numpy as np

from keras_vit.arguments import is_integer


def check_classifier(model: keras.Model) -> None:
    """The model should give a row of scores for each image."""
    shape = model.output_shape
    if not isinstance(shape, tuple) or len(shape) != 2:
        raise ValueError(
            "The model should be a classifier with outputs (batch, classes). Received: "
            f"a model whose output is {shape}. Build it with include_top=True."
        )


def checked_classes(model: keras.Model, classes: Any, count: int) -> list[int]:
    """One class for each image, from an int or a sequence."""
    check_classifier(model)
    most = model.output_shape[1]
    wanted = np.asarray(classes)
    wanted = wanted.repeat(count) if wanted.ndim == 0 else wanted
    allowed = all(is_integer(label) and 0 <= label < most for label in wanted.ravel())
    if wanted.shape != (count,) or not allowed:
        raise ValueError(
            f"`classes` should be a class from 0 to {most - 1}, or one for each of "
            f"the {count} images. Received: {classes!r}"
        )
    return [int(label) for label in wanted]
