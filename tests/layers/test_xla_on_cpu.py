"""Training steps on JAX's CPU: the same gradients, of less that is kept."""

import numpy as np
import pytest

from keras_vit.layers import EncoderBlock, fast_paths, token_normalization
from keras_vit.layers.xla_on_cpu import is_jax_on_cpu, recomputed_when_needed
from tests.helpers import array

if not is_jax_on_cpu():
    pytest.skip("what XLA does on a CPU, on JAX", allow_module_level=True)

import jax
import jax.numpy as jnp

DEPTH, TOKENS, CHANNELS, UNITS = 5, 211, 67, 257  # XLA treats small ones otherwise


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


def _memory_of_a_step() -> int:
    """Bytes that XLA needs for the gradients of blocks one after the other."""
    blocks = [EncoderBlock(num_heads=1, mlp_dim=UNITS) for _ in range(DEPTH)]
    for block in blocks:
        block.build((1, TOKENS, CHANNELS))

    def loss(weights, x):
        for block, own in zip(blocks, weights, strict=True):
            x, _ = block.stateless_call(own, [], x, training=True)
        return jnp.square(x).sum()

    weights = [[w.value for w in block.weights] for block in blocks]
    step = jax.jit(jax.grad(loss, argnums=(0, 1)))
    compiled = step.lower(weights, jnp.ones((1, TOKENS, CHANNELS))).compile()
    return compiled.memory_analysis().temp_size_in_bytes


def test_mlps_keep_their_hidden_layer_once(monkeypatch):
    ours = _memory_of_a_step()
    monkeypatch.setattr(fast_paths, "is_jax_on_cpu", lambda: False)
    assert _memory_of_a_step() - ours > 0.7 * DEPTH * TOKENS * UNITS * 4


def test_normalizations_keep_their_input(monkeypatch):
    ours = _memory_of_a_step()
    monkeypatch.setattr(token_normalization, "_keeps_too_much", lambda: False)
    assert _memory_of_a_step() - ours > 2 * DEPTH * TOKENS * CHANNELS * 4
