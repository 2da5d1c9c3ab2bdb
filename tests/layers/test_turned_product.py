"""TensorFlow's product with a gradient of its own is the plain one."""

import keras
import numpy as np
import pytest

from tests.helpers import array

if keras.backend.backend() != "tensorflow":
    pytest.skip("TensorFlow's product only", allow_module_level=True)

import tensorflow as tf

from keras_vit.layers.token_dense import TokenDense
from keras_vit.layers.turned_product import product

R = 13
SHAPES = [(5, 11), (11, 5), (7, 7)]  # C and U: the kernel is turned or not


def plain(rows, kernel, bias=None):
    result = tf.matmul(rows, kernel)
    return result if bias is None else result + bias


def arguments(channels, units, with_bias):
    shapes = (R, channels), (channels, units), (units,)
    arrays = [array(*shape, seed=seed) for seed, shape in enumerate(shapes)]
    return [tf.constant(x) for x in arrays[: 3 if with_bias else 2]]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("with_bias", [True, False])
@pytest.mark.parametrize("compiled", [None, False, True])
def test_value_and_gradients(shape, with_bias, compiled):
    """Eagerly, in a graph, and in one that XLA compiles."""
    inputs = arguments(*shape, with_bias)
    upstream = tf.constant(array(R, shape[1], seed=7))

    def results(function):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            value = function(*inputs)
            total = tf.reduce_sum(value * upstream)
        return value, *tape.gradient(total, inputs)

    ours = results
    if compiled is not None:
        ours = tf.function(results, jit_compile=compiled, autograph=False)
    for got, expected in zip(ours(product), results(plain), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_gradient_has_a_gradient(shape):
    inputs = arguments(*shape, with_bias=True)

    def penalty(function):
        with tf.GradientTape() as outer:
            outer.watch(inputs)
            with tf.GradientTape() as inner:
                inner.watch(inputs)
                total = tf.reduce_sum(function(*inputs) ** 3)
            slopes = inner.gradient(total, inputs)
            total = sum(tf.reduce_sum(slope**2) for slope in slopes)
        return outer.gradient(total, inputs)

    for got, expected in zip(penalty(product), penalty(plain), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-4)


def test_the_kernel_is_turned_in_the_gradient_where_it_is_wide():
    def turned(channels, units):
        layer = TokenDense(units)
        layer.build((None, channels))

        @tf.function(autograph=False)
        def step(rows):
            with tf.GradientTape() as tape:
                tape.watch(rows)
                total = tf.reduce_sum(layer(rows, training=True) ** 2)
            return tape.gradient(total, rows)

        graph = step.get_concrete_function(tf.TensorSpec((R, channels))).graph
        return any(op.type == "Transpose" for op in graph.get_operations())

    assert [turned(*shape) for shape in SHAPES] == [True, False, True]


def test_half_precision():
    layer = TokenDense(11, dtype="mixed_bfloat16")
    rows = tf.constant(array(R, 5))
    trained, used = layer(rows, training=True), layer(rows)
    assert trained.dtype == tf.bfloat16
    np.testing.assert_array_equal(tf.cast(trained, "float32"), tf.cast(used, "float32"))
