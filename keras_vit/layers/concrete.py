"""Tensors with numbers in them, and those that stand for some."""

import keras
from keras import ops

if keras.backend.backend() == "torch":
    from keras_vit.layers.pytorch.products import is_transformed
elif keras.backend.backend() == "jax":
    from jax.core import Tracer


def has_values(x) -> bool:
    """Whether a tensor's numbers can be looked at, as nothing is being traced."""
    if not ops.is_tensor(x):
        return False
    if keras.backend.backend() == "torch":
        return not (x.is_meta or is_transformed())
    if keras.backend.backend() == "jax":
        return not isinstance(x, Tracer)
    return hasattr(x, "numpy")  # TensorFlow's symbolic tensors have no such method
