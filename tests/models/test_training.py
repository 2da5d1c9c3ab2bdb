"""Models train with `fit` in every way that Keras offers."""

import contextlib
import functools
import gc

import keras
import numpy as np
import pytest

from keras_vit import VisionTransformer, operations
from tests.helpers import array, to_numpy
from tests.models.small import SHAPES, SMALL

DROPS = {"dropout_rate": 0.2, "attention_dropout_rate": 0.2, "drop_path_rate": 0.3}
BLOCKS = {
    "vit": [f"encoder_block_{i}" for i in range(2)],
    "swin": [f"stage_{s}_block_{b}" for s in range(2) for b in range(2)],
}


def fitted(name, scope=None, batch_size=4, **arguments):
    """Train on eight examples; give the losses and the weights."""
    keras.utils.set_random_seed(5)
    with scope or contextlib.nullcontext():
        model = SMALL[name](**arguments)
    model.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy")
    x, y = array(8, *SHAPES[name]), np.arange(8) % 7
    history = model.fit(x, y, batch_size=batch_size, epochs=2, shuffle=False, verbose=0)
    return history.history["loss"], [to_numpy(w) for w in model.weights]


@functools.cache
def fitted_with_drops(name):
    """What the other ways of training are compared with."""
    return fitted(name, **DROPS)


@pytest.mark.parametrize("name", SMALL)
def test_learns_eight_examples(name):
    model = SMALL[name]()
    model.compile(
        keras.optimizers.Adam(0.01),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    x, y = array(8, *SHAPES[name]), np.arange(8) % 7
    history = model.fit(x, y, batch_size=8, epochs=60, verbose=0)
    assert history.history["accuracy"][-1] == 1.0
    assert history.history["loss"][-1] < 0.2 < history.history["loss"][0]


@pytest.mark.parametrize("name", SMALL)
def test_no_layer_stays_unbuilt(name):
    """Or Keras would trace the whole model again before each `train_on_batch`."""
    layers = SMALL[name]()._flatten_layers()
    assert [layer.name for layer in layers if not layer.built] == []


@pytest.mark.parametrize(
    ("name", "policy"), [("vit", "mixed_bfloat16"), ("swin", "mixed_float16")]
)
def test_mixed_precision(name, policy):
    losses, weights = fitted(name, batch_size=8, dtype=policy, **DROPS)
    assert np.isfinite(losses).all()
    assert all(np.isfinite(weight).all() for weight in weights)
    # One batch: its loss is that before any step, and float16's scaled loss may leave
    # the first step out. Without dropout, whose masks each precision draws anew.
    losses, _ = fitted(name, batch_size=8, dtype=policy)
    expected, _ = fitted(name, batch_size=8)
    np.testing.assert_allclose(losses[0], expected[0], rtol=0.05)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="JAX compiles every step, so that all tests here show it; on PyTorch, "
    "torch.compile needs a C++ toolchain for a CPU, and Keras leaves it off",
)
@pytest.mark.parametrize("name", SMALL)
def test_xla_takes_the_whole_step(name):
    """Static shapes, no callbacks, no Python effects."""
    losses = []
    for jit_compile in (False, True):
        keras.utils.set_random_seed(5)
        model = SMALL[name]()
        model.compile(
            keras.optimizers.SGD(0.5),
            "sparse_categorical_crossentropy",
            jit_compile=jit_compile,
        )
        x, y = array(8, *SHAPES[name]), np.arange(8) % 7
        losses.append([float(model.train_on_batch(x, y)) for _ in range(2)])
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-4)


@pytest.mark.parametrize(
    ("name", "mode"), [("vit", "full"), ("vit", "list_of_layers"), ("swin", "full")]
)
def test_rematerialization_changes_no_number(name, mode, monkeypatch):
    """Not even with dropout: both passes draw the same masks."""
    recomputed, of_old = [], operations.recomputed
    monkeypatch.setattr(
        operations,
        "recomputed",
        lambda f, training: recomputed.append(f) or of_old(f, training),
    )
    expected_losses, expected = fitted_with_drops(name)
    assert not recomputed
    layer_names = BLOCKS[name] if mode == "list_of_layers" else None
    scope = keras.RematScope(mode=mode, layer_names=layer_names)
    losses, weights = fitted(name, scope, **DROPS)
    assert len(recomputed) >= len(BLOCKS[name])
    np.testing.assert_allclose(losses, expected_losses, rtol=1e-5)
    for got, weight in zip(weights, expected, strict=True):
        np.testing.assert_allclose(got, weight, rtol=1e-4, atol=1e-5)


@pytest.mark.skipif(
    keras.backend.backend() == "tensorflow",
    reason="TensorFlow does not tell what a graph takes of a CPU's memory",
)
def test_rematerialization_frees_memory():
    taken = []
    for scope in (contextlib.nullcontext(), keras.RematScope(mode="full")):
        with scope:
            model = VisionTransformer(
                hidden_dim=24,
                num_layers=11,
                num_heads=3,
                mlp_dim=96,
                patch_size=4,
                input_shape=(44, 44, 3),
                classes=7,
            )
        images = keras.ops.convert_to_tensor(array(5, 44, 44, 3))
        taken.append(bytes_of_a_step(model, images))
    assert taken[1] < 0.35 * taken[0]


def bytes_of_a_step(model, images) -> int:
    """The most that a forward and a backward pass hold besides their results."""
    if keras.backend.backend() == "jax":
        import jax

        def loss(trainable, frozen, images):
            output, _ = model.stateless_call(trainable, frozen, images, training=True)
            return output.sum()

        trainable, frozen = (
            [variable.value for variable in variables]
            for variables in (
                model.trainable_variables,
                model.non_trainable_variables,
            )
        )
        step = jax.jit(jax.grad(loss)).lower(trainable, frozen, images)
        return step.compile().memory_analysis().temp_size_in_bytes
    import torch

    for variable in model.trainable_variables:  # gradients are there already
        variable.value.grad = torch.zeros_like(variable.value)
    gc.disable()  # what only the garbage collector would find is not free
    try:
        with torch.profiler.profile(profile_memory=True) as profile:
            model(images, training=True).sum().backward()
    finally:
        gc.enable()
    held = [0]
    for event in profile.profiler.kineto_results.events():
        if event.name() == "[memory]":
            held.append(held[-1] + event.nbytes())
    assert held[-1] < 0.01 * max(held)
    return max(held)


@pytest.mark.parametrize("name", SMALL)
def test_frozen_layers_stay(name):
    model = SMALL[name]()
    for layer in model.layers[:-1]:
        layer.trainable = False
    model.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy")
    before = [to_numpy(weight) for weight in model.weights]
    model.fit(array(8, *SHAPES[name]), np.arange(8) % 7, verbose=0)
    changed = [
        weight.path
        for weight, old in zip(model.weights, before, strict=True)
        if np.abs(to_numpy(weight) - old).max() > 0
    ]
    assert sorted(changed) == ["head/bias", "head/kernel"]
