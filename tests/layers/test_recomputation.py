"""Under a `keras.RematScope` nothing that happens within a layer is lost."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_vit import layers, operations
from tests.helpers import array, randomize, to_numpy

MODES = ["full", "list_of_layers", "larger_than", "activations"]
NAMED = {"layer_names": ["block"], "output_size_threshold": 100}


class Counter(keras.layers.Layer):
    """A layer with a state of its own and a loss."""

    def build(self, input_shape):
        self.calls = self.add_weight(
            shape=(), dtype="int32", initializer="zeros", trainable=False
        )
        self.average = self.add_weight(
            shape=(), initializer="zeros", trainable=False, name="average"
        )

    def call(self, inputs, training=None):
        self.calls.assign(self.calls + 1)
        self.average.assign(0.5 * self.average + ops.mean(inputs))
        self.add_loss(ops.mean(ops.square(inputs)))
        return inputs


def model_with(mode, dropout_rate):
    keras.utils.set_random_seed(3)
    scope = keras.RematScope(mode=mode, **NAMED) if mode else keras.RematScope(None)
    with scope:
        block = layers.EncoderBlock(3, 20, dropout_rate=dropout_rate, name="block")
        block.build((None, 5, 12))
        block.mlp.hidden_dense.activity_regularizer = keras.regularizers.L2(0.1)
        block._tracker.unlock()
        block.attention_layer_scale = Counter(name="counter")
        block.attention_layer_scale.build((None, 5, 12))
    inputs = keras.Input((5, 12))
    model = keras.Model(inputs, block(inputs))
    randomize(model)
    model.get_layer("block").attention_layer_scale.calls.assign(0)
    model.compile(keras.optimizers.SGD(0.1), "mse")
    return model


def trained(mode, dropout_rate):
    model = model_with(mode, dropout_rate)
    x, y = array(4, 5, 12), array(4, 5, 12, seed=1)
    losses = [float(model.train_on_batch(x, y)) for _ in range(3)]
    return losses, [to_numpy(w) for w in model.weights]


@pytest.mark.parametrize("mode", MODES)
def test_losses_and_state_of_layers_within(mode):
    # To see what is larger Keras calls a layer once more, which draws other masks.
    dropout_rate = 0.0 if mode == "larger_than" else 0.3
    expected_losses, expected = trained(None, dropout_rate)
    losses, weights = trained(mode, dropout_rate)
    np.testing.assert_allclose(losses, expected_losses, rtol=1e-5)
    for got, weight in zip(weights, expected, strict=True):
        np.testing.assert_allclose(got, weight, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16", "bfloat16"])
def test_in_half_precision(policy):
    """Keras narrows weights as they are read, but not while a gradient is computed."""
    steps = []
    for mode in (None, "full"):
        keras.utils.set_random_seed(5)
        with keras.RematScope(mode=mode):
            block = layers.EncoderBlock(3, 20, dtype=policy)
        inputs = keras.Input((5, 12))
        model = keras.Model(inputs, block(inputs))
        model.compile(keras.optimizers.SGD(0.1), "mse")
        randomize(model)
        model.train_on_batch(array(4, 5, 12), array(4, 5, 12, seed=1))
        steps.append([to_numpy(w) for w in model.weights])
    for got, expected in zip(*steps, strict=True):
        np.testing.assert_allclose(got, expected, rtol=2e-2, atol=2e-2)


def test_what_is_frozen_keeps_its_precision():
    with keras.RematScope(mode="full"):
        block = layers.EncoderBlock(3, 20, dtype="mixed_bfloat16")
    inputs = keras.Input((5, 12))
    model = keras.Model(inputs, block(inputs))
    block.attention.trainable = False
    model.compile(keras.optimizers.SGD(0.1), "mse")
    randomize(model)
    frozen = [to_numpy(w) for w in block.attention.weights]
    model.train_on_batch(array(4, 5, 12), array(4, 5, 12, seed=1))
    for weight, before in zip(block.attention.weights, frozen, strict=True):
        assert np.array_equal(to_numpy(weight), before)


def recomputed_by(mode, monkeypatch, **options):
    """Names of the layers that are recomputed as a whole, and how often Keras did."""
    whole, by_keras = [], []
    ours, theirs = operations.recomputed, keras.remat

    def spy(function, training=None):
        whole.append(function)
        return ours(function, training)

    monkeypatch.setattr(operations, "recomputed", spy)
    original = keras.layers.Layer.rematerialized_call

    def watched(self, layer_call, *args, **kwargs):
        wrapped = original(self, layer_call, *args, **kwargs)
        if wrapped is not layer_call:
            by_keras.append(self.name)
        return wrapped

    monkeypatch.setattr(keras.layers.Layer, "rematerialized_call", watched)
    assert theirs
    with keras.RematScope(mode=mode, **options):
        block = layers.EncoderBlock(3, 20, name="block")
        block.build((None, 5, 12))
    block(ops.convert_to_tensor(array(2, 5, 12)), training=True)
    return len(whole), by_keras


def test_full_recomputes_the_block_as_one(monkeypatch):
    assert recomputed_by("full", monkeypatch) == (1, ["block"])


def test_a_layer_that_is_named(monkeypatch):
    whole, names = recomputed_by("list_of_layers", monkeypatch, layer_names=["mlp"])
    assert (whole, names) == (1, ["mlp"])
    monkeypatch.undo()
    whole, names = recomputed_by("list_of_layers", monkeypatch, layer_names=["hidden"])
    assert (whole, names) == (0, ["hidden"])


def test_activations(monkeypatch):
    _, names = recomputed_by("activations", monkeypatch)
    assert "hidden" in names


def test_what_is_larger_than_a_size(monkeypatch):
    """2 x 5 x 12 numbers come out of the block, and of what is within no more."""
    for threshold, expected in ((119, (1, ["block"])), (120, (0, []))):
        with monkeypatch.context() as patched:
            options = {"output_size_threshold": threshold}
            assert recomputed_by("larger_than", patched, **options) == expected
