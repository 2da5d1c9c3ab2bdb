"""What each argument of the public models may be, and how it is read.

A reader takes what the user gave and the argument's name. It returns a plain Python
value, or raises a ValueError before anything is built.
"""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import keras

from keras_vit.arguments import (
    check_choice,
    flag,
    initializer,
    integer,
    integers,
    is_integer,
    items,
    number,
    pair,
    rate,
)

Reader = Callable[[Any, str], Any]
POSITION_EMBEDDINGS = ("none", "learned", "learned_2d", "relative", "sincos_2d")
FLOATS = ("float16", "bfloat16", "float32", "float64")


def optional(reader: Reader) -> Reader:
    """None stays None."""
    return lambda value, name: None if value is None else reader(value, name)


def one_of(*choices: str | None) -> Reader:
    """One of the choices, which are strings or None."""

    def read(value, name):
        check_choice(name, value, choices)
        return value if value is None else str(value)

    return read


def source(value, name):
    """A tag, an address or a path."""
    if not isinstance(value, str | os.PathLike) or not str(value).strip():
        raise ValueError(
            f"`{name}` should be None, a tag of `keras_vit.list_weights()`, an address "
            f"'hf://organisation/repository' or a path. Received: {name}={value!r}"
        )
    return str(value) if isinstance(value, str) else Path(value)


def symbolic_image(value, name):
    """A Keras tensor, of which a model can be made."""
    if not isinstance(value, keras.KerasTensor):
        raise ValueError(
            f"`{name}` should be a Keras tensor, as in keras.Input((224, 224, 3)); a "
            "model that is built takes arrays of images. Received: an object of type "
            f"{type(value).__name__}"
        )
    return value


def class_count(value, name):
    """A number of classes; None or 0 is for models without a classifier."""
    if value is None or (is_integer(value) and value == 0):
        return value
    return integer(value, name)


def image_shape(value, name):
    """Three positive ints in the order of `keras.config.image_data_format()`."""
    first = keras.config.image_data_format() == "channels_first"
    shape = items(value)
    if len(shape) == 3 and all(is_integer(side) and side > 0 for side in shape):
        return integers(shape, name)
    sides = shape if len(shape) == 2 else (value, value)
    hint = "Give the size of your images, as in "
    if len(shape) == 3 and None in shape:
        hint = (
            "Positions and windows are laid out for one size: resize the images to "
            "it, and give it here, as in "
        )
    if not all(is_integer(side) and side > 0 for side in sides):
        sides = (224, 224)
    example = (3, *sides) if first else (*sides, 3)
    order = "(channels, height, width)" if first else "(height, width, channels)"
    raise ValueError(
        f"`{name}` should be {order}, three positive ints without the batch axis. "
        f"Received: {name}={value!r}. {hint}{tuple(map(int, example))}."
    )


def activation(value, name):
    """What `keras.activations.get` finds."""
    try:
        known = not isinstance(value, type) and keras.activations.get(value)
    except (ValueError, TypeError):
        known = None
    if not known:
        raise ValueError(
            f"`{name}` should be a name of keras.activations such as 'softmax', a "
            f"function of a tensor, or None for logits. Received: {name}={value!r}"
        )
    return str(value) if isinstance(value, str) else value


def model_name(value, name):
    """What Keras takes for a name."""
    if not isinstance(value, str) or "/" in value:
        raise ValueError(
            f"`{name}` should be a str without '/'. Received: {name}={value!r}"
        )
    return str(value)


def float_dtype(value, name):
    """A dtype or policy to calculate with: a float, of any library."""
    try:
        policy = keras.dtype_policies.get(value)
    except (ValueError, TypeError):
        policy = None
    if policy is None or policy.compute_dtype not in FLOATS:
        raise ValueError(
            f"`{name}` should be a float dtype or a policy, as 'bfloat16' or "
            f"'mixed_bfloat16'. Received: {name}={value!r}"
        )
    return policy


COMMON: dict[str, Reader] = {
    "include_top": flag,
    "weights": optional(source),
    "input_tensor": optional(symbolic_image),
    "input_shape": optional(image_shape),
    "classes": class_count,
    "classifier_activation": optional(activation),
    "head_initializer": optional(initializer),
    "name": optional(model_name),
    "include_preprocessing": flag,
    "patch_size": pair,
    "hidden_dim": integer,
    "dropout_rate": rate,
    "attention_dropout_rate": rate,
    "drop_path_rate": rate,
    "dtype": optional(float_dtype),
}
VIT = COMMON | {
    "pooling": one_of(None, "token", "avg", "max"),
    "num_layers": integer,
    "num_heads": integer,
    "mlp_dim": integer,
    "position_embedding": one_of(*POSITION_EMBEDDINGS),
    "class_token": flag,
    "num_register_tokens": partial(integer, minimum=0),
    "layer_scale_init": optional(number),
    "norm_after_pooling": flag,
}
SWIN = COMMON | {
    "pooling": one_of(None, "avg", "max"),
    "depths": integers,
    "num_heads": integers,
    "window_size": pair,
    "relative_position_bias": flag,
    "absolute_position_embedding": flag,
    "shifted_windows": flag,
}
