"""Normalization of pixels within a model, as `keras.applications` has it."""

import warnings

import keras
from keras import ops

from keras_vit.operations import has_values


@keras.saving.register_keras_serializable(package="keras_vit")
class PixelNormalization(keras.layers.Normalization):
    """Keras's own on pixels of 0 to 255, which tells if it gets pixels of 0 to 1.

    To a model such images are black. It looks where there are values to see, until it
    has seen some of the right range: at calls of a model, and on PyTorch in `fit` and
    `predict` too. TensorFlow and JAX trace these into graphs, where a look would cost
    time at every step.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._knows_the_range = False

    def call(self, inputs):
        if not self._knows_the_range and has_values(inputs):
            self._look_at(ops.stop_gradient(inputs))
        return super().call(inputs)

    def _look_at(self, pixels):
        if not ops.size(pixels) or not float(ops.max(pixels)) <= 1:
            self._knows_the_range = True
        elif float(ops.min(pixels)) >= 0 and bool(ops.any(pixels != ops.floor(pixels))):
            self._knows_the_range = True
            warnings.warn(
                "The pixels of these images lie in 0 to 1, and a model with "
                "include_preprocessing=True normalizes pixels of 0 to 255: to it all "
                "are black. Multiply them by 255, or build the model with "
                "include_preprocessing=False and normalize them before.",
                stacklevel=2,
            )
