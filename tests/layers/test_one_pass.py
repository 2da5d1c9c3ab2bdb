"""What XLA compiles within a training step on TensorFlow, and what it does not."""

import keras
import numpy as np
import pytest

from tests.helpers import array, gradients

if keras.backend.backend() != "tensorflow":
    pytest.skip("XLA within a graph is TensorFlow's only", allow_module_level=True)

import tensorflow as tf

from keras_vit.layers import EncoderBlock, one_pass


def _compiled_by_xla(function, *arguments):
    """How many calls of XLA's the graph of a function has."""
    graph = tf.function(function, autograph=False).get_concrete_function(*arguments)
    return sum("_XlaMustCompile" in n.attr for n in graph.graph.as_graph_def().node)


def _cube():
    return one_pass.in_one_pass(
        lambda x, w: w * x**3, lambda g, x, w: (g * 3 * w * x**2, g * x**3)
    )


@pytest.mark.parametrize("has_xla", [True, False])
def test_value_and_gradients(has_xla, monkeypatch):
    monkeypatch.setattr(one_pass, "_has_xla", lambda: has_xla)
    cube, x, w, upstream = _cube(), array(5, 7), array(5, 7, seed=1), array(5, 7)
    np.testing.assert_allclose(cube(tf.constant(x), tf.constant(w)), w * x**3, 1e-5)
    by_x, by_w = gradients(cube, (x, w), upstream)
    np.testing.assert_allclose(by_x, upstream * 3 * w * x**2, rtol=1e-5)
    np.testing.assert_allclose(by_w, upstream * x**3, rtol=1e-5)
    compiled = _compiled_by_xla(cube, tf.constant(x), tf.constant(w))
    assert compiled == (1 if has_xla else 0)


def test_xla_is_found_while_a_function_is_traced():
    one_pass._has_xla.cache_clear()
    assert tf.function(lambda: tf.constant(one_pass._has_xla()))()


def test_a_block_is_compiled_in_training_only():
    block, tokens = EncoderBlock(num_heads=3, mlp_dim=41), tf.constant(array(2, 5, 12))
    block(tokens)

    def gradient(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = block(x, training=True)
        return tape.gradient(y, x)

    # What is exported has plain operations, for those who run it elsewhere.
    assert _compiled_by_xla(lambda x: block(x, training=False), tokens) == 0
    assert _compiled_by_xla(lambda x: block(x, training=True), tokens) == 3
    assert _compiled_by_xla(gradient, tokens) == 6
