"""Training steps on JAX's CPU: the same gradients, of less that is kept."""

import numpy as np
import pytest

from keras_vit.layers import EncoderBlock, fast_paths, token_normalization
from keras_vit.layers.token_normalization import TokenNormalization
from keras_vit.layers.xla_on_cpu import is_jax_on_cpu, recomputed_when_needed
from tests.helpers import array

if not is_jax_on_cpu():
    pytest.skip("what XLA does on a CPU, on JAX", allow_module_level=True)

import jax
import jax.numpy as jnp

DEPTH, TOKENS, CHANNELS, UNITS = 5, 211, 67, 257  # XLA treats small ones otherwise
ROWS = 6301  # so many that it spreads a bias over them


def _cubes(x, w):
    return w * x**3


def test_gradients_and_theirs():
    x, w = array(5, 7), array(5, 7, seed=1)
    ours = recomputed_when_needed(_cubes)
    for differentiate in (jax.grad, jax.hessian):
        wanted = differentiate(lambda *a: _cubes(*a).sum(), argnums=(0, 1))(x, w)
        got = differentiate(lambda *a: ours(*a).sum(), argnums=(0, 1))(x, w)
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, 1e-6), got, wanted)


def test_what_is_not_a_number_spoils_nothing_else():
    x, w, upstream = array(5, 7), array(5, 7, seed=1), array(5, 7, seed=2)
    for value in (np.nan, np.inf, -np.inf):
        upstream[0, 0] = value
        _, backward = jax.vjp(recomputed_when_needed(_cubes), x, w)
        by_x, _ = jax.jit(backward)(upstream)
        expected = upstream * 3 * w * x**2
        np.testing.assert_allclose(by_x[1:], expected[1:], rtol=1e-5)


def _block():
    return EncoderBlock(num_heads=1, mlp_dim=UNITS)


def _normalization():
    return TokenNormalization(epsilon=1e-5)


def _memory_of_a_step(make, *shape) -> int:
    """Bytes that XLA needs for the gradients of layers one after the other."""
    token_normalization._in_training.cache_clear()  # for what a test has replaced
    layers = [make() for _ in range(DEPTH)]
    for layer in layers:
        layer.build(shape)

    def loss(weights, x):
        for layer, own in zip(layers, weights, strict=True):
            x += jnp.sin(layer.stateless_call(own, [], x, training=True)[0])
        return jnp.square(x).sum()

    weights = [[w.value for w in layer.weights] for layer in layers]
    step = jax.jit(jax.grad(loss, argnums=(0, 1)))
    compiled = step.lower(weights, jnp.ones(shape)).compile()
    return compiled.memory_analysis().temp_size_in_bytes


def test_mlps_keep_their_hidden_layer_once(monkeypatch):
    ours = _memory_of_a_step(_block, 1, TOKENS, CHANNELS)
    monkeypatch.setattr(fast_paths, "is_jax_on_cpu", lambda: False)
    theirs = _memory_of_a_step(_block, 1, TOKENS, CHANNELS)
    assert theirs - ours > 0.7 * DEPTH * TOKENS * UNITS * 4


def test_normalizations_keep_their_input(monkeypatch):
    ours = _memory_of_a_step(_block, 1, TOKENS, CHANNELS)
    monkeypatch.setattr(token_normalization, "_keeps_too_much", lambda: False)
    theirs = _memory_of_a_step(_block, 1, TOKENS, CHANNELS)
    assert theirs - ours > 2 * DEPTH * TOKENS * CHANNELS * 4


def test_a_bias_is_not_spread_over_rows_before_they_are_there(monkeypatch):
    ours = _memory_of_a_step(_normalization, ROWS, CHANNELS)
    monkeypatch.setattr(token_normalization, "not_before", lambda value, x: x)
    theirs = _memory_of_a_step(_normalization, ROWS, CHANNELS)
    monkeypatch.undo()
    token_normalization._in_training.cache_clear()
    assert theirs - ours > 0.7 * DEPTH * ROWS * CHANNELS * 4
