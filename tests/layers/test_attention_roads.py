"""Each road through attention is the plain definition, also those of other devices."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_vit import layers
from keras_vit.layers import fast_paths, scaled_dot_product
from tests.helpers import array, gradients, randomize, relative_difference, to_numpy

B, N, H, D = 4, 7, 3, 5
# name: first axes of the bias. G of 2 are the windows of an image.
BIASES = {"no bias": None, "shared": (1, H), "one head": (1, 1), "by window": (2, H)}
BIASES["by example"] = (B, H)


def roads():
    """What this machine takes by itself, and what a GPU takes."""
    own = fast_paths.attention_road(ops.ones((1,)))
    return sorted({own, "fused"} - {"plain"})


def attend(road, monkeypatch):
    monkeypatch.setattr(scaled_dot_product, "attention_road", lambda x: road)

    def function(query, key, value, bias=None):
        attended, scores = scaled_dot_product.scaled_dot_product(
            query, key, value, bias
        )
        assert scores is None
        return attended

    return function


@pytest.fixture(params=BIASES)
def tensors(request):
    shapes = [(B, N, H, D)] * 3
    if BIASES[request.param]:
        shapes.append((*BIASES[request.param], N, N))
    return [array(*shape, seed=seed) for seed, shape in enumerate(shapes)]


@pytest.mark.parametrize("road", roads())
def test_value_and_gradients(road, tensors, monkeypatch):
    upstream = array(B, N, H, D, seed=7)
    results = []
    for way in (road, "plain"):
        function = attend(way, monkeypatch)
        value = to_numpy(function(*map(ops.convert_to_tensor, tensors)))
        results.append([value, *gradients(function, tensors, upstream)])
    for got, expected in zip(*results, strict=True):
        assert relative_difference(got, expected) < 1e-5


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("road", roads())
def test_half_precision(road, dtype, tensors, monkeypatch):
    exact = to_numpy(attend("plain", monkeypatch)(*map(ops.array, tensors)))
    halves = [ops.cast(x, dtype) for x in tensors]
    got = attend(road, monkeypatch)(*halves)
    assert keras.backend.standardize_dtype(got.dtype) == dtype
    assert relative_difference(to_numpy(got), exact) < 0.02


@pytest.mark.parametrize("policy", ["float32", "mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("axes", ["shared", "by example", "by head"])
@pytest.mark.parametrize("road", roads())
def test_masks(road, axes, policy, monkeypatch):
    mask = np.random.default_rng(0).random((2, H, N, N)) > 0.5
    mask |= np.eye(N, dtype=bool)
    mask = {"shared": mask[0, 0], "by example": mask[:, 0], "by head": mask}[axes]
    layer = layers.MultiHeadSelfAttention(H, dtype=policy)
    x, bias = array(2, N, 15), array(H, N, N, seed=1)
    layer.build(x.shape)
    randomize(layer)
    masks = {"attention_mask": mask, "attention_bias": bias}
    plain, _ = layer(x, **masks, return_attention_scores=True)
    monkeypatch.setattr(scaled_dot_product, "attention_road", lambda x: road)
    got = layer(x, **masks)
    bound = 1e-5 if policy == "float32" else 0.02
    assert relative_difference(to_numpy(got), to_numpy(plain)) < bound


@pytest.mark.parametrize("shift", [(0, 0), (1, 2)], ids=["W-MSA", "SW-MSA"])
@pytest.mark.parametrize("road", roads())
def test_windows(road, shift, monkeypatch):
    layer = layers.WindowAttention(H, (3, 5), shift)
    x = array(2, 5, 7, 12)
    layer.build(x.shape)
    randomize(layer)
    results = []
    for way in (road, "plain"):
        monkeypatch.setattr(scaled_dot_product, "attention_road", lambda x, r=way: r)
        by_input = gradients(layer, [x], array(*x.shape, seed=1))
        results.append([to_numpy(layer(x)), *by_input])
    for got, expected in zip(*results, strict=True):
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

    chip = SimpleNamespace(platform="tpu", id=0)
    interpreted = functools.partial(kernel.make_splash_mha, interpret=True)
    fast_paths.jax_platform.cache_clear()
    monkeypatch.setattr(jax, "devices", lambda *_, **__: [chip])
    monkeypatch.setattr(kernel, "make_splash_mha", interpreted)
    yield
    monkeypatch.undo()
    fast_paths.jax_platform.cache_clear()


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


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="JAX's road on a GPU")
@pytest.mark.parametrize(("tokens", "road"), [(4, "fused"), (5, "plain")])
def test_on_jaxs_gpu_an_odd_number_of_tokens_is_not_for_cudnn(
    tokens, road, monkeypatch
):
    """cuDNN refuses the gradient; Keras would log an error at each trace."""
    monkeypatch.setattr(fast_paths, "jax_platform", lambda: "gpu")
    monkeypatch.setattr(fast_paths, "is_jax_on_cpu", lambda: False)
    assert fast_paths.attention_road(ops.zeros((2, tokens, 3, 5))) == road
