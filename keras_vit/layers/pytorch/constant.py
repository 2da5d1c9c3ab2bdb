"""Arrays of NumPy that become tensors once, not at every call."""

import torch  # noqa: TID253 - nothing imports this file on another backend
from keras import ops

from keras_vit.layers.pytorch.products import is_transformed


class Constant:
    """A constant of an architecture as a tensor on the device that works.

    `torch.compile` begins a new graph wherever an array of NumPy is converted, and a
    GPU waits for the host's memory.

    Args:
        array: NumPy's, or None.
    """

    def __init__(self, array):
        self._array = array
        self._tensor = self._converted()

    def beside(self, x):
        """The constant for a function that also takes the tensor x."""
        if self._array is None or self._is_on(x.device):
            return self._tensor
        tensor = self._converted()
        if not is_transformed():  # what is made within a graph ends with it
            self._tensor = tensor
        return tensor

    def _converted(self):
        if self._array is None:
            return None
        with torch.inference_mode(False):  # what it makes cannot be kept for a gradient
            return ops.convert_to_tensor(self._array)

    def _is_on(self, device) -> bool:
        """Whether it is there, with numbers: while one exports a model it has none."""
        return type(self._tensor) is torch.Tensor and self._tensor.device == device
