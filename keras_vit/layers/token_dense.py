"""The same dense layer on every token."""

import keras
from keras import ops

from keras_vit.layers.fast_paths import dense_on_rows
from keras_vit.layers.initializers import truncated_normal
from keras_vit.layers.inner_layer import InnerLayer
from keras_vit.reshaping import reshape


class TokenDense(InnerLayer, keras.layers.Dense):
    """A dense layer on the last axis, as one product of two matrices.

    Keras's own multiplies tensors of any rank. The gradient by the kernel then sums
    over several axes, and XLA on a CPU copies both tensors in another order for it: a
    training step of ViT-S/16 took 1.7 times as long. The activation is taken of the
    rows as well, where TensorFlow makes one kernel of product, bias and GELU.
    """

    def __init__(self, units: int, **kwargs):
        super().__init__(units, kernel_initializer=truncated_normal(), **kwargs)

    def call(self, inputs, training=None):
        if len(inputs.shape) == 2:
            return self._on_rows(inputs, training)
        *batch, channels = ops.shape(inputs)
        rows = reshape(inputs, (-1, channels))  # (..., C) -> (R, C)
        return reshape(self._on_rows(rows, training), (*batch, self.units))

    def _on_rows(self, rows, training):
        return dense_on_rows(rows, self.kernel, self.bias, self.activation, training)
