"""GELU against the error function of the standard library, in 64 bits."""

import math

import keras
import numpy as np
import pytest

from keras_vit.operations import gelu
from tests.helpers import learning, to_numpy

X = np.linspace(-11, 11, 2003).astype("float32")
PHI = np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in X.astype("float64")])
DENSITY = np.exp(-(X.astype("float64") ** 2) / 2) / math.sqrt(2 * math.pi)


def gelu_in_training(x):
    return gelu(x, training=True)


BOTH = pytest.mark.parametrize("gelu", [gelu, gelu_in_training])


@BOTH
def test_values(gelu):
    got = to_numpy(gelu(keras.ops.convert_to_tensor(X)))
    np.testing.assert_allclose(got, X * PHI, rtol=3e-7, atol=1e-6)


@BOTH
@pytest.mark.parametrize(("dtype", "unit"), [("bfloat16", 2**-7), ("float16", 2**-10)])
def test_half_precision_is_rounded_once(dtype, unit, gelu):
    x = keras.ops.cast(keras.ops.convert_to_tensor(X), dtype)
    got = gelu(x)
    assert keras.backend.standardize_dtype(got.dtype) == dtype
    got, expected = (
        to_numpy(keras.ops.cast(y, "float32"))
        for y in (got, gelu(keras.ops.cast(x, "float32")))
    )
    np.testing.assert_allclose(got, expected, rtol=unit / 2 + 2e-5, atol=1e-6)


@BOTH
@pytest.mark.parametrize("order", [1, 2])
def test_derivatives(order, gelu):
    expected = {1: PHI + X * DENSITY, 2: (2 - X**2) * DENSITY}[order]
    np.testing.assert_allclose(
        _derivative(gelu, order)(X), expected, rtol=1e-6, atol=2e-6
    )


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="JAX's own formula")
def test_jax_far_out_and_in_few_operations():
    import jax

    compiled = jax.jit(gelu).lower(np.zeros(7, "float32")).compile()
    got = compiled(np.array([-np.inf, -1e30, -100, 0, 100, np.inf, np.nan], "float32"))
    expected = [0, 0, 0, 0, 100, np.inf, np.nan]
    np.testing.assert_allclose(to_numpy(got), expected, atol=1e-30)
    assert compiled.cost_analysis()["flops"] / 7 <= 21


def _derivative(gelu, order):
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        derivative = gelu
        for _ in range(order):  # forward mode too
            derivative = jax.jacfwd(derivative) if order == 2 else jax.grad(derivative)
        return jax.vmap(derivative)
    if backend == "tensorflow":
        import tensorflow as tf

        def derivative(x, order=order):
            x = tf.convert_to_tensor(x)
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = gelu(x) if order == 1 else derivative(x, order - 1)
            return tape.gradient(y, x)

        return derivative
    import torch

    def derivative(x):
        x = learning(x)
        y = gelu(x)
        for _ in range(order):
            (y,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        return y.detach().cpu()

    return derivative
