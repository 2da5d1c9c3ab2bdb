"""The exact GELU (https://arxiv.org/abs/1606.08415), as fast as a backend has it."""

import math

import keras
from keras import ops

from keras_vit.layers.precision import at_least_float32

if keras.backend.backend() == "tensorflow":
    from keras_vit.layers.one_pass import in_one_pass
elif keras.backend.backend() == "jax":
    from keras_vit.layers import gelu_on_jax


def gelu(x):
    """Exactly x Φ(x), with Φ the standard normal's distribution function.

    Keras writes Φ with erfc, which takes a CPU two to four times erf's time on
    TensorFlow and on JAX, and rounds after each operation in half precision. Here half
    precision is rounded once. PyTorch has one kernel for the whole that does the same.
    """
    dtype = keras.backend.standardize_dtype(x.dtype)
    if keras.backend.backend() == "torch" or dtype == "float64":
        return keras.activations.gelu(x, approximate=False)
    value = gelu_on_jax.gelu if keras.backend.backend() == "jax" else _value
    return ops.cast(value(at_least_float32(x)), dtype)


def _value(x):
    return x * (0.5 * (1 + ops.erf(x * math.sqrt(0.5))))


def _derivative(x):
    """Φ(x) + x φ(x), with φ the density."""
    density = ops.exp(-0.5 * ops.square(x)) * (1 / math.sqrt(2 * math.pi))
    return 0.5 * (1 + ops.erf(x * math.sqrt(0.5))) + x * density


def _gradient(upstream, x):
    by_x = at_least_float32(upstream) * _derivative(at_least_float32(x))
    return ops.cast(by_x, x.dtype)


gelu_in_training = gelu
if keras.backend.backend() == "tensorflow":
    gelu_in_training = in_one_pass(gelu, _gradient)
