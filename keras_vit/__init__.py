"""Vision Transformers for Keras 3: layers, models, data, weights and training."""

import importlib

from keras_vit import layers, training
from keras_vit.applications import *  # noqa: F403
from keras_vit.applications import __all__ as _models
from keras_vit.weights import (
    decode_predictions,
    list_weights,
    load_weights,
    preprocess_input,
    weights_info,
)

__version__ = "0.1.0"
__all__ = [
    "data",
    "decode_predictions",
    "layers",
    "list_weights",
    "load_weights",
    "preprocess_input",
    "training",
    "weights_info",
    *_models,
]


def __getattr__(name: str):
    """Load `keras_vit.data`, which brings TensorFlow, when it is first used."""
    if name == "data":
        return importlib.import_module("keras_vit.data")
    raise AttributeError(f"module 'keras_vit' has no attribute {name!r}")
