"""Layers within layers, which PyTorch calls without ceremony."""

import keras

from keras_vit.layers.plain_layers import calls_its_call


class InnerLayer(keras.layers.Layer):
    """A layer that others of this package call with tensors that they have checked."""

    def __call__(self, inputs, *args, **kwargs):
        if calls_its_call(self, inputs):
            return self.call(inputs, *args, **kwargs)
        return super().__call__(inputs, *args, **kwargs)
