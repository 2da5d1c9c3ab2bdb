"""Each way to attend, also those of other devices, within the layers that call it."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_vit import layers, operations
from keras_vit.operations import definitions, overrides
from tests.helpers import array, gradients, randomize, relative_difference, to_numpy

N, H = 7, 3
ROWS = [row for row in overrides.OVERRIDES if row.operation == "attention"]


@pytest.fixture(params=ROWS, ids=lambda row: row.function.__name__)
def one_way(request, monkeypatch):
    """It alone is taken."""
    row = request.param._replace(applies=lambda x, training: True)
    monkeypatch.setattr(overrides, "OVERRIDES", (row,))


@pytest.mark.skipif(not ROWS, reason="TensorFlow has the definition alone")
def test_there_are_ways():
    """Without which the tests below would not be there."""
    assert ROWS


@pytest.mark.parametrize("policy", ["float32", "mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("axes", ["shared", "by example", "by head"])
def test_masks(one_way, axes, policy):
    mask = np.random.default_rng(0).random((2, H, N, N)) > 0.5
    mask |= np.eye(N, dtype=bool)
    mask = {"shared": mask[0, 0], "by example": mask[:, 0], "by head": mask}[axes]
    layer = layers.MultiHeadSelfAttention(H, dtype=policy)
    x, bias = array(2, N, 15), array(H, N, N, seed=1)
    layer.build(x.shape)
    randomize(layer)
    masks = {"attention_mask": mask, "attention_bias": bias}
    plain, _ = layer(x, **masks, return_attention_scores=True)
    bound = 1e-5 if policy == "float32" else 0.02
    assert relative_difference(to_numpy(layer(x, **masks)), to_numpy(plain)) < bound


@pytest.mark.parametrize("shift", [(0, 0), (1, 2)], ids=["W-MSA", "SW-MSA"])
def test_windows(one_way, shift):
    layer = layers.WindowAttention(H, (3, 5), shift)
    x = array(2, 5, 7, 12)
    layer.build(x.shape)
    randomize(layer)

    def results():
        return [to_numpy(layer(x)), *gradients(layer, [x], array(*x.shape, seed=1))]

    ours = results()
    with operations.plain():
        for got, expected in zip(ours, results(), strict=True):
            assert relative_difference(got, expected) < 1e-5


@pytest.fixture
def tpu(monkeypatch):
    """JAX as if on a TPU, whose kernel is interpreted."""
    import functools
    from types import SimpleNamespace

    import jax
    from jax.experimental.pallas.ops.tpu.splash_attention import (
        splash_attention_kernel as kernel,
    )

    from keras_vit.operations import on_jax

    chip = SimpleNamespace(platform="tpu", id=0)
    interpreted = functools.partial(kernel.make_splash_mha, interpret=True)
    monkeypatch.setattr(on_jax, "_is_a_cpu", lambda: False)
    monkeypatch.setattr(jax, "default_backend", lambda: "tpu")
    monkeypatch.setattr(jax, "devices", lambda *_, **__: [chip])
    monkeypatch.setattr(kernel, "make_splash_mha", interpreted)


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="JAX's kernel for TPUs")
@pytest.mark.parametrize("biased", [False, True])
def test_on_a_tpu_nothing_is_causal_or_lost(biased, tpu):
    """128 tokens: Keras's kernel for TPUs takes multiples of that alone."""
    layer = layers.MultiHeadSelfAttention(1)
    x = array(1, 128, 128)
    layer.build(x.shape)
    randomize(layer)
    bias = {"attention_bias": array(1, 128, 128, seed=1)} if biased else {}
    plain, _ = layer(x, **bias, return_attention_scores=True)
    assert relative_difference(to_numpy(layer(x, **bias)), to_numpy(plain)) < 1e-5


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="JAX's way on a GPU")
@pytest.mark.parametrize(("tokens", "is_fused"), [(4, True), (5, False)])
def test_on_jaxs_gpu_an_odd_number_of_tokens_is_not_for_cudnn(
    tokens, is_fused, monkeypatch
):
    """cuDNN refuses the gradient; Keras would log an error at each trace."""
    import jax

    from keras_vit.operations import on_jax

    monkeypatch.setattr(on_jax, "_is_a_cpu", lambda: False)
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    chosen = overrides.chosen("attention", ops.zeros((2, tokens, 3, 5)))
    assert chosen is (on_jax.fused if is_fused else definitions.attention)


@pytest.mark.skipif(keras.backend.backend() != "torch", reason="PyTorch's torch.func")
def test_gradients_of_each_image_by_the_weights_of_a_block():
    """Where the bias learns for each image apart, no fused kernel can learn it."""
    import torch

    block = layers.SwinBlock(3, 11, 2, 1)
    block.build((None, 4, 5, 12))
    randomize(block)
    weights = [v.value.detach() for v in block.trainable_variables]
    rest = [v.value for v in block.non_trainable_variables]

    def loss(weights, image):
        return block.stateless_call(weights, rest, image[None])[0].square().sum()

    images = ops.convert_to_tensor(array(3, 4, 5, 12))
    together = torch.vmap(torch.func.grad(loss), in_dims=(None, 0))(weights, images)
    for number, image in enumerate(images):
        learning = [w.clone().requires_grad_() for w in weights]
        apart = torch.autograd.grad(loss(learning, image), learning)
        for got, expected in zip(together, apart, strict=True):
            torch.testing.assert_close(got[number], expected, rtol=1e-3, atol=1e-3)
