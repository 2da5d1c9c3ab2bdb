"""A layer within layers, which PyTorch calls without ceremony."""

import keras
from keras import ops


class InnerLayer(keras.layers.Layer):
    """A layer that others of this package call, with what they were checked for.

    Keras converts arguments, checks them and opens scopes at every call of a layer. On
    TensorFlow and JAX that is done once, but on PyTorch at every step: for the dense
    layers and normalizations of Swin-T 9 of the 100 ms that one image takes.
    """

    def __call__(self, x, *args, **kwargs):
        if keras.backend.backend() == "torch" and self._takes_as_it_is(x):
            return self.call(x, *args, **kwargs)
        return super().__call__(x, *args, **kwargs)

    def _takes_as_it_is(self, x) -> bool:
        return (
            self.built
            and ops.is_tensor(x)
            and keras.backend.standardize_dtype(x.dtype) == self.variable_dtype
            and self.compute_dtype == self.variable_dtype
            and self.quantization_mode is None
        )
