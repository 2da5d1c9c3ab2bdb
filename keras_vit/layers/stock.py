"""Keras's own layers within ours: computed by `operations` where that is all they do.

A researcher swaps parts, Keras quantizes and adapts them, PyTorch's users hang hooks on
them. What does more than its formula is called as Keras calls it.
"""

import keras
from keras import ops

from keras_vit import operations
from keras_vit.layers.composite import CompositeLayer
from keras_vit.layers.drop_path import DropPath
from keras_vit.layers.initializers import truncated_normal


def new_dense(units: int, **kwargs) -> keras.layers.Dense:
    """A dense layer with the papers' initial weights."""
    return keras.layers.Dense(units, kernel_initializer=truncated_normal(), **kwargs)


def dense(layer, x, training=None):
    """`layer(x)` of a dense layer: (..., C) -> (..., U)."""
    weights = weights_of(layer, keras.layers.Dense, x)
    if weights is None:
        return layer(x)
    x = operations.dense(x, *weights, training=training)
    if layer.activation is operations.gelu:
        return operations.gelu(x, training=training)
    return layer.activation(x)


def normalize(layer, x, training=None):
    """`layer(x)` of a layer normalization along the last axis."""
    weights = weights_of(layer, keras.layers.LayerNormalization, x)
    if (
        weights is None
        or len(weights) != 2
        or layer.axis not in (-1, [-1])
        or getattr(layer, "rms_scaling", False)
    ):
        return layer(x)
    gamma, beta = weights
    return operations.layer_normalization(
        x, gamma, beta, layer.epsilon, training=training
    )


def drop(layer, x, training=None):
    """`layer(x)` of a dropout or drop path, unless it gives back what it gets."""
    return x if is_idle(layer, training) else layer(x, training=training)


def call(layer, x, **kwargs):
    """`layer(x, ...)` of a layer of layers that has a layer around it.

    There Keras has nothing left to find out: the outer one was given tensors of its
    type and knows whether it trains. On PyTorch it looks at every step all the same,
    0.1 ms a call, and `torch.compile` begins a new graph where it does.
    """
    is_as_usual = (
        isinstance(layer, CompositeLayer)
        and layer.built
        and ops.is_tensor(x)
        and keras.backend.standardize_dtype(x.dtype) == layer.compute_dtype
        and _calls_its_call(layer)
    )
    return (layer.call if is_as_usual else layer)(x, **kwargs)


def is_idle(layer, training) -> bool:
    """Whether a dropout or a drop path gives back what it gets."""
    return _is_plain(layer, keras.layers.Dropout, DropPath) and not (
        training and layer.rate > 0
    )


def weights_of(layer, kind: type, x) -> list | None:
    """The weights of a layer that is its formula and no more, for a tensor like x.

    Args:
        layer: any.
        kind: the class that it should be of, and of no subclass.
        x: what it gets.

    Returns:
        Tensors in the order in which Keras made the weights, or None if the layer has
        to be called: another class, quantized, adapted (LoRA), with a regularizer of
        its output, with hooks, recomputed by itself, in another type than x, or x only
        stands for a tensor.
    """
    if not (
        _is_plain(layer, kind)
        and layer.built
        and ops.is_tensor(x)
        and not getattr(layer, "lora_enabled", False)
    ):
        return None
    weights = [variable.value for variable in layer.weights]
    # Keras reads a norm's as they are stored, others in the type that it computes in.
    is_norm = kind is keras.layers.LayerNormalization
    read_as = layer.variable_dtype if is_norm else layer.compute_dtype
    dtypes = [keras.backend.standardize_dtype(tensor.dtype) for tensor in (x, *weights)]
    is_usual = dtypes == [layer.compute_dtype, *[read_as] * len(weights)]
    return weights if is_usual else None


def _is_plain(layer, *kinds: type) -> bool:
    """Whether a call of the layer does what one of the classes does, and no more."""
    return type(layer) in kinds and "call" not in vars(layer) and _calls_its_call(layer)


def _calls_its_call(layer) -> bool:
    """Whether Keras's `layer(x)` is `layer.call(x)`, and seen by nobody else."""
    return (
        layer.quantization_mode is None
        and layer.activity_regularizer is None
        and not is_recomputed(layer)
        and not operations.has_hooks(layer)
    )


def is_recomputed(layer) -> bool:
    """Whether a `keras.RematScope` was there when the layer was made."""
    return getattr(getattr(layer, "_remat_mode", None), "mode", None) is not None
