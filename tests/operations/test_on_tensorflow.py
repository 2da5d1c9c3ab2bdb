"""What XLA compiles within a training step on TensorFlow, and what it does not."""

import keras
import numpy as np
import pytest

from tests.helpers import array, gradients

if keras.backend.backend() != "tensorflow":
    pytest.skip("XLA within a graph is TensorFlow's only", allow_module_level=True)

import tensorflow as tf

from keras_vit import operations
from keras_vit.layers import EncoderBlock
from keras_vit.operations import on_tensorflow


@pytest.mark.parametrize("has_xla", [True, False])
def test_value_and_gradients(has_xla, monkeypatch):
    monkeypatch.setattr(on_tensorflow, "_has_xla", lambda: has_xla)
    cube = on_tensorflow.in_one_pass(
        lambda x, w: w * x**3, lambda g, x, w: (g * 3 * w * x**2, g * x**3)
    )
    x, w, upstream = array(5, 7), array(5, 7, seed=1), array(5, 7)
    np.testing.assert_allclose(cube(tf.constant(x), tf.constant(w)), w * x**3, 1e-5)
    by_x, by_w = gradients(cube, (x, w), upstream)
    np.testing.assert_allclose(by_x, upstream * 3 * w * x**2, rtol=1e-5)
    np.testing.assert_allclose(by_w, upstream * x**3, rtol=1e-5)


def test_xla_is_found_while_a_function_is_traced():
    on_tensorflow._has_xla.cache_clear()
    assert tf.function(lambda: tf.constant(on_tensorflow._has_xla()))()


def test_what_is_exported_has_plain_operations():
    """For those who run it elsewhere."""
    block, tokens = EncoderBlock(num_heads=3, mlp_dim=41), tf.constant(array(2, 5, 12))
    block(tokens)
    function = tf.function(lambda x: block(x, training=False), autograph=False)
    graph = function.get_concrete_function(tokens).graph.as_graph_def()
    assert not any("_XlaMustCompile" in node.attr for node in graph.node)


def test_other_batch_sizes_are_traced_by_nobody_anew(caplog):
    """Eagerly; TensorFlow warns of functions that it traces again and again."""
    weights = [tf.constant(array(7, seed=seed)) for seed in (1, 2)]
    for rows in range(2, 13):
        x = tf.constant(array(rows, 7))
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = operations.layer_normalization(x, *weights, 1e-5, training=True)
            y = operations.gelu(y, training=True)
        assert tape.gradient(y, x).shape == x.shape
    assert "retracing" not in caplog.text


def test_an_unknown_number_of_rows():
    weights = [tf.constant(array(7, seed=seed)) for seed in (1, 2)]

    @tf.function(input_signature=[tf.TensorSpec((None, None, 7))])
    def gradient(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = operations.layer_normalization(x, *weights, 1e-5, training=True)
            y = operations.gelu(y, training=True)
        return tape.gradient(y, x)

    for shape in ((2, 3, 7), (5, 1, 7)):
        x = array(*shape)
        with operations.plain():
            expected, *_ = gradients(
                lambda x: operations.gelu(
                    operations.layer_normalization(x, *weights, 1e-5)
                ),
                [x],
                np.ones(shape, "float32"),
            )
        np.testing.assert_allclose(gradient(x), expected, rtol=1e-4, atol=1e-5)
