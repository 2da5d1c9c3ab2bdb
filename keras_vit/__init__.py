"""Vision Transformers for Keras 3: layers, models, data, weights and training."""

from typing import TYPE_CHECKING

from keras_vit import applications, layers, training
from keras_vit.applications import *  # noqa: F403
from keras_vit.weights import (
    decode_predictions,
    list_weights,
    load_weights,
    preprocess_input,
    weights_info,
)

__version__ = "1.0.0rc1"
__all__ = [
    "data",
    "decode_predictions",
    "deployment",
    "export",
    "inspection",
    "layers",
    "list_weights",
    "load_weights",
    "preprocess_input",
    "training",
    "weights_info",
]
__all__ += applications.__all__  # in words that type checkers read

if TYPE_CHECKING:
    from keras_vit import data, deployment, inspection
    from keras_vit.deployment.exporting import export
else:  # or any name at all would pass a type check

    def __getattr__(name: str):
        """Load rooms when they are first used: `data` brings TensorFlow."""
        import importlib

        if name in ("data", "deployment", "inspection"):
            return importlib.import_module(f"keras_vit.{name}")
        if name == "export":
            return importlib.import_module("keras_vit.deployment").export
        raise AttributeError(f"module 'keras_vit' has no attribute {name!r}")


def __dir__() -> list[str]:
    """What completion offers: the public names, `data` loaded or not."""
    return [*__all__, *(name for name in globals() if name.startswith("__"))]
