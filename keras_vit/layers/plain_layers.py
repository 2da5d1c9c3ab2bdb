"""Which layers are no more than their formula, so that a faster one may stand in.

A researcher swaps parts, Keras quantizes and adapts them, PyTorch's users hang hooks on
them: all that asks whether a layer can be passed by asks here, and what does more than
this package gave it to do is really called.
"""

import keras
from keras import ops

from keras_vit.layers.drop_path import DropPath

if keras.backend.backend() == "torch":
    from keras_vit.layers.pytorch.hooks import has_hooks


def is_idle(layer, training) -> bool:
    """Whether a dropout or a drop path gives back what it gets."""
    return _is_plain(layer, (keras.layers.Dropout, DropPath)) and not (
        training and layer.rate > 0
    )


def calls_its_call(layer, x) -> bool:
    """Whether Keras's `layer(x)` is `layer.call(x)`, and worth passing by.

    A class of somebody else's may be meant: its own `call` is what is called then.
    Keras converts arguments, checks them and opens scopes at every call of a layer. On
    TensorFlow and JAX that is done once, but on PyTorch at every step: for the dense
    layers and normalizations of Swin-T 9 of the 100 ms that one image takes.
    """
    return (
        keras.backend.backend() == "torch"
        and layer.built
        and layer.quantization_mode is None
        and layer.compute_dtype == layer.variable_dtype
        and _has_type(x, layer.compute_dtype)
        and not _is_watched(layer)
    )


def weights_of(x, kind: type, layers: dict) -> list | None:
    """Kernels and biases of dense layers that are a product and an activation alone.

    Args:
        x: what the first of them gets.
        kind: the class that they should be of.
        layers: the layers in turn, each with the activation that it should have.

    Returns:
        kernel and bias of each, or None if one of them has to be called.
    """
    for layer, activation in layers.items():
        if not (
            _is_plain(layer, (kind,))
            and layer.activation is activation
            and layer.bias is not None
            and not layer.lora_enabled
            and _has_type(x, layer.compute_dtype)
        ):
            return None
    return [weight for layer in layers for weight in (layer.kernel, layer.bias)]


def _is_plain(layer, kinds: tuple[type, ...]) -> bool:
    """Whether a call of the layer does what one of the classes does, and no more."""
    return (
        type(layer) in kinds
        and layer.quantization_mode is None
        and not _is_watched(layer)
    )


def _is_watched(layer) -> bool:
    """Whether a call of the layer is seen by more than the one who calls."""
    if layer.activity_regularizer is not None or "call" in vars(layer):
        return True
    return keras.backend.backend() == "torch" and has_hooks(layer)


def _has_type(x, dtype: str) -> bool:
    return ops.is_tensor(x) and keras.backend.standardize_dtype(x.dtype) == dtype
