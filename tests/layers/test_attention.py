"""Attention against its formula in NumPy."""

import keras
import numpy as np
import pytest

from keras_vit import layers
from keras_vit.layers.attention_bias import relative_bias
from tests.helpers import array, randomize, relative_difference, to_numpy


def attention_in_numpy(layer, x, bias=0.0):
    """Equations 5 to 8 of the ViT paper, one head at a time."""
    weights = {w.path.split("/", 1)[1]: to_numpy(w) for w in layer.weights}

    def dense(name, x):
        return x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]

    query, key, value = (dense(name, x) for name in ("query", "key", "value"))
    key_dim = x.shape[-1] // layer.num_heads
    bias = np.broadcast_to(bias, (layer.num_heads, x.shape[0], x.shape[0]))
    outputs, scores = [], []
    for head in range(layer.num_heads):
        part = slice(head * key_dim, (head + 1) * key_dim)
        logits = query[:, part] @ key[:, part].T / np.sqrt(key_dim) + bias[head]
        exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
        scores.append(exponentials / exponentials.sum(axis=-1, keepdims=True))
        outputs.append(scores[-1] @ value[:, part])
    return dense("output", np.concatenate(outputs, axis=-1)), np.stack(scores)


@pytest.fixture
def layer():
    layer = layers.MultiHeadSelfAttention(3)
    layer.build((None, 7, 15))
    randomize(layer)
    return layer


def test_equals_the_formula(layer):
    x = array(2, 7, 15)
    attended, scores = layer(x, return_attention_scores=True)
    for example in range(2):
        expected = attention_in_numpy(layer, x[example])
        assert relative_difference(to_numpy(attended)[example], expected[0]) < 1e-5
        assert relative_difference(to_numpy(scores)[example], expected[1]) < 1e-5


def test_both_roads_give_the_same(layer):
    x = array(2, 7, 15)
    with_scores, _ = layer(x, return_attention_scores=True)
    assert relative_difference(to_numpy(layer(x)), to_numpy(with_scores)) < 1e-5


def test_bias_of_each_window_reaches_its_window(layer):
    x, bias = array(2, 4, 7, 15), array(4, 3, 7, 7, seed=1)
    attended = to_numpy(layer(x, attention_bias=bias))
    _, scores = layer(x, attention_bias=bias, return_attention_scores=True)
    for example in range(2):
        for window in range(4):
            expected = attention_in_numpy(layer, x[example, window], bias[window])
            got = attended[example, window]
            assert relative_difference(got, expected[0]) < 1e-5
            got = to_numpy(scores)[example, window]
            assert relative_difference(got, expected[1]) < 1e-5


@pytest.mark.parametrize("axes", ["shared", "by example", "by head"])
def test_masked_keys_get_no_score(layer, axes):
    mask = np.random.default_rng(0).random((2, 3, 7, 7)) > 0.5
    mask |= np.eye(7, dtype=bool)
    if axes == "shared":
        mask = mask[0, 0]
    elif axes == "by example":
        mask = mask[:, 0]
    x = array(2, 7, 15)
    attended, scores = layer(x, attention_mask=mask, return_attention_scores=True)
    full = np.broadcast_to(
        mask if axes != "by example" else mask[:, None], (2, 3, 7, 7)
    )
    assert (to_numpy(scores)[~full] == 0).all()
    assert (to_numpy(scores)[full] > 0).all()
    fast = to_numpy(layer(x, attention_mask=mask))
    assert relative_difference(fast, to_numpy(attended)) < 1e-5


def test_relative_attention_is_the_query_times_the_embedding_of_the_distance():
    query, table = array(2, 5, 3, 4), array(9, 4, seed=1)
    got = to_numpy(relative_bias(keras.ops.array(query), keras.ops.array(table)))
    for q in range(5):
        for k in range(5):
            expected = query[:, q] @ table[4 + k - q] / 2  # / sqrt(d)
            np.testing.assert_allclose(got[:, :, q, k], expected, rtol=1e-5, atol=1e-6)


def test_relative_attention_adds_to_a_bias():
    layer = layers.MultiHeadSelfAttention(3, relative_position=True)
    x, bias = array(2, 4, 7, 15), array(4, 3, 7, 7, seed=1)
    layer.build(x.shape)
    randomize(layer)
    together = to_numpy(layer(x, attention_bias=bias))
    for window in range(4):
        alone = to_numpy(layer(x[:, window], attention_bias=bias[window]))
        assert relative_difference(together[:, window], alone) < 1e-5


def test_dropped_scores_are_not_what_is_returned(layer):
    dropping = layers.MultiHeadSelfAttention(3, attention_dropout_rate=0.5)
    x = array(2, 7, 15)
    dropping(x)
    dropping.set_weights(layer.get_weights())
    _, scores = dropping(x, training=True, return_attention_scores=True)
    np.testing.assert_allclose(to_numpy(scores).sum(axis=-1), 1, rtol=1e-5)
    trained, calm = to_numpy(dropping(x, training=True)), to_numpy(dropping(x))
    assert relative_difference(trained, calm) > 0.01


def test_scores_are_exact_in_half_precision():
    layer = layers.MultiHeadSelfAttention(3, dtype="mixed_float16")
    x = 30 * array(1, 7, 15)
    mask = np.tril(np.ones((7, 7), bool))
    attended, scores = layer(x, attention_mask=mask, return_attention_scores=True)
    assert keras.backend.standardize_dtype(scores.dtype) == "float16"
    assert np.isfinite(to_numpy(attended)).all()


@pytest.mark.parametrize(
    ("arguments", "shape", "message"),
    [
        ({"num_heads": 4}, (2, 7, 15), "divisible by .num_heads.*hidden_dim=15"),
        ({"num_heads": 0}, (2, 7, 15), "num_heads.*positive int.*num_heads=0"),
        ({"num_heads": 3}, (7, 15), "at least one batch axis.*\\(7, 15\\)"),
        ({"num_heads": 3, "dropout_rate": 1.0}, (2, 7, 15), "dropout_rate=1.0"),
        ({"num_heads": 3, "attention_dropout_rate": -0.1}, (2, 7, 15), "-0.1"),
    ],
)
def test_bad_arguments(arguments, shape, message):
    with pytest.raises(ValueError, match=message):
        layers.MultiHeadSelfAttention(**arguments).build(shape)


def test_scores_that_are_altered_weigh_the_values():
    """For those who look inside: the scores that are given are those before."""
    layer, tokens = layers.MultiHeadSelfAttention(num_heads=3), array(2, 5, 12)
    layer.build(tokens.shape)
    randomize(layer)
    layer.alter_scores = lambda scores: 0 * scores
    attended, scores = layer(tokens, return_attention_scores=True)
    expected = np.broadcast_to(to_numpy(layer.output_dense.bias), (2, 5, 12))
    assert relative_difference(to_numpy(attended), expected) < 1e-6
    assert relative_difference(to_numpy(layer(tokens)), expected) < 1e-6
    np.testing.assert_allclose(to_numpy(scores).sum(axis=-1), 1, rtol=1e-5)
