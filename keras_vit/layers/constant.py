"""Constants of an architecture as tensors."""

import keras


class _Array:
    """An array of NumPy, which TensorFlow and JAX convert when they trace a function.

    Args:
        array: NumPy's, or None. What is a tensor already stays one.
    """

    def __init__(self, array):
        self._array = array

    def beside(self, x):
        """The constant for a function that also takes the tensor x."""
        return self._array


if keras.backend.backend() == "torch":
    from keras_vit.layers.pytorch.constant import Constant
else:
    Constant = _Array  # type: ignore[misc, assignment]
