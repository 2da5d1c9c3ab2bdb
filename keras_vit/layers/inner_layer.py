"""Layers within layers, which PyTorch calls without ceremony."""

import keras
from keras import ops


def needs_no_ceremony(layer) -> bool:
    """Whether `call` is all that a call of the layer does, on tensors of its type."""
    return (
        keras.backend.backend() == "torch"
        and layer.built
        and layer.compute_dtype == layer.variable_dtype
        and layer.quantization_mode is None
        and layer.activity_regularizer is None
    )


class InnerLayer(keras.layers.Layer):
    """A layer that others of this package call, with what they were checked for.

    Keras converts arguments, checks them and opens scopes at every call of a layer. On
    TensorFlow and JAX that is done once, but on PyTorch at every step: for the dense
    layers and normalizations of Swin-T 9 of the 100 ms that one image takes.
    """

    def __call__(self, inputs, *args, **kwargs):
        if needs_no_ceremony(self) and self._computes_in_type_of(inputs):
            return self.call(inputs, *args, **kwargs)
        return super().__call__(inputs, *args, **kwargs)

    def _computes_in_type_of(self, x) -> bool:
        return (
            ops.is_tensor(x)
            and keras.backend.standardize_dtype(x.dtype) == self.compute_dtype
        )
