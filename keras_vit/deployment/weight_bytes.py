"""The weights of a model, layer by layer, and their bytes on a device."""

import math
import re
from collections.abc import Iterator
from typing import Any

import keras

from keras_vit.deployment.layouts import RULES
from keras_vit.layers.block import PreNormBlock

BITS = {"float64": 64, "float32": 32, "bfloat16": 16, "float16": 16}


def layers_of(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """All layers but inputs, those of nested models among them, in order."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from layers_of(layer)
        elif not isinstance(layer, keras.layers.InputLayer):
            yield layer


def bytes_of_a_number(dtype: str) -> int:
    """As in "float32", 4."""
    return BITS.get(keras.backend.standardize_dtype(dtype), 32) // 8


def bytes_by_variable(model: keras.Model, shares: int) -> Iterator[tuple[Any, float]]:
    """Each weight, and its bytes on one device."""
    for layer in layers_of(model):
        for variable in layer.weights:
            yield variable, on_a_device(variable, layer, shares)


def on_a_device(variable: Any, layer: Any, shares: int) -> float:
    """`layout_map` shares the weights of its rules, and no others."""
    size = math.prod(variable.shape) * bytes_of_a_number(variable.dtype)
    is_split = isinstance(layer, PreNormBlock) and any(
        re.search(f"/{rule}$", variable.path) for rule in RULES
    )
    return size / shares if is_split else size
