"""Models train with `fit` in every way that Keras offers."""

import contextlib
import functools

import keras
import numpy as np
import pytest

from tests.helpers import array, to_numpy
from tests.models.small import SHAPES, SMALL

DROPS = {"dropout_rate": 0.2, "attention_dropout_rate": 0.2, "drop_path_rate": 0.3}
BLOCKS = {
    "vit": [f"encoder_block_{i}" for i in range(2)],
    "swin": [f"stage_{s}_block_{b}" for s in range(2) for b in range(2)],
}


def fitted(name, scope=None, **arguments):
    """Train on eight examples; give the losses and the weights."""
    keras.utils.set_random_seed(5)
    with scope or contextlib.nullcontext():
        model = SMALL[name](**arguments)
    model.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy")
    x, y = array(8, *SHAPES[name]), np.arange(8) % 7
    history = model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
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
    losses, weights = fitted(name, dtype=policy, **DROPS)
    assert np.isfinite(losses).all()
    assert all(np.isfinite(weight).all() for weight in weights)
    np.testing.assert_allclose(losses[0], fitted_with_drops(name)[0][0], rtol=0.05)


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
    recomputed = []
    remat = keras.remat
    monkeypatch.setattr(keras, "remat", lambda f: recomputed.append(f) or remat(f))
    expected_losses, expected = fitted_with_drops(name)
    assert not recomputed
    layer_names = BLOCKS[name] if mode == "list_of_layers" else None
    scope = keras.RematScope(mode=mode, layer_names=layer_names)
    losses, weights = fitted(name, scope, **DROPS)
    assert len(recomputed) >= len(BLOCKS[name])
    np.testing.assert_allclose(losses, expected_losses, rtol=1e-5)
    for got, weight in zip(weights, expected, strict=True):
        np.testing.assert_allclose(got, weight, rtol=1e-4, atol=1e-5)


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
