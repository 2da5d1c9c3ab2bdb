"""Layer normalization against a formula in 64 bits, and against Keras's own."""

import functools

import keras
import numpy as np
import pytest

from keras_vit.layers import stock
from keras_vit.operations import layer_normalization
from tests.helpers import array, gradients, to_numpy

EPSILON = 1e-5
SHAPE = (2, 3, 5, 13)
UNITS = {"mixed_bfloat16": 2**-7, "mixed_float16": 2**-10, "float64": 2e-6}


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(("scale", "offset"), [(1, 0), (0.01, 3), (50, -700)])
def test_values_and_gradients(training, scale, offset):
    x = scale * array(*SHAPE) + np.float32(offset)
    gamma, beta, upstream = array(13, seed=1), array(13, seed=2), array(*SHAPE, seed=3)
    x64 = x.astype("float64")
    centered = x64 - x64.mean(-1, keepdims=True)
    factor = 1 / np.sqrt(np.square(centered).mean(-1, keepdims=True) + EPSILON)
    normalized = centered * factor
    by_normalized = upstream * gamma
    along = (by_normalized * normalized).mean(-1, keepdims=True) * normalized
    mean = by_normalized.mean(-1, keepdims=True)
    expected = (
        factor * (by_normalized - mean - along),
        (upstream * normalized).sum((0, 1, 2)),
        upstream.sum((0, 1, 2)),
    )

    function = functools.partial(
        layer_normalization, epsilon=EPSILON, training=training
    )
    # Near `offset` a float32 is only so exact, and is told in units of the spread.
    exact = 1e-6 * max(1, abs(offset) / scale)
    value = to_numpy(function(*map(keras.ops.convert_to_tensor, (x, gamma, beta))))
    np.testing.assert_allclose(
        value, normalized * gamma + beta, rtol=1e-5, atol=4 * exact
    )
    for got, wanted in zip(
        gradients(function, (x, gamma, beta), upstream), expected, strict=True
    ):
        atol = 20 * exact * max(1, np.abs(wanted).max())
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=atol)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16", "float64"])
def test_other_precisions_are_those_of_keras(dtype, training):
    if dtype == "float64" and keras.backend.backend() == "jax":
        pytest.skip("JAX has no float64 unless a process asks for it at its start")
    theirs = keras.layers.LayerNormalization(epsilon=EPSILON, dtype=dtype)
    theirs.build(SHAPE)
    theirs.set_weights([array(13, seed=1), array(13, seed=2)])
    expected = theirs(keras.ops.convert_to_tensor(array(*SHAPE)))
    x, *weights = (
        keras.ops.cast(keras.ops.convert_to_tensor(w), theirs.compute_dtype)
        for w in (array(*SHAPE), *theirs.get_weights())
    )
    got = layer_normalization(x, *weights, epsilon=EPSILON, training=training)
    assert got.dtype == expected.dtype
    unit = UNITS[dtype]
    np.testing.assert_allclose(to_numpy(got), to_numpy(expected), unit, unit)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
def test_a_layers_norm_in_mixed_precision(dtype, training, monkeypatch):
    """By the operation, and with weights as wide as they are stored."""
    norm = keras.layers.LayerNormalization(epsilon=EPSILON, dtype=dtype)
    norm.build(SHAPE)
    norm.set_weights([array(13, seed=1), array(13, seed=2)])
    x = keras.ops.cast(array(*SHAPE), norm.compute_dtype)
    expected = to_numpy(norm(x))
    monkeypatch.setattr(type(norm), "call", None)
    got = stock.normalize(norm, x, training)
    assert keras.backend.standardize_dtype(got.dtype) == norm.compute_dtype
    unit = UNITS[dtype]
    np.testing.assert_allclose(to_numpy(got), expected, unit, unit)
