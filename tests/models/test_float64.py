"""A model of float64 rounds nothing to float32, from the image to the scores."""

import keras
import numpy as np
import pytest

from tests.models.small import small_swin, small_vit

KINDS = {
    "learned": lambda: small_vit(
        num_register_tokens=2, layer_scale_init=0.1, dtype="float64"
    ),
    "learned_2d": lambda: small_vit(position_embedding="learned_2d", dtype="float64"),
    "relative": lambda: small_vit(position_embedding="relative", dtype="float64"),
    "sincos_2d": lambda: small_vit(position_embedding="sincos_2d", dtype="float64"),
    "pooled first": lambda: small_vit(
        pooling="avg", norm_after_pooling=True, dtype="float64"
    ),
    "Swin": lambda: small_swin(absolute_position_embedding=True, dtype="float64"),
    "Swin, max": lambda: small_swin(pooling="max", dtype="float64"),
}


@pytest.fixture(autouse=True)
def double_precision():
    """JAX has float64 where its setting is on."""
    if keras.backend.backend() != "jax":
        yield
        return
    import jax

    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


def _randomize(model):
    rng = np.random.default_rng(0)
    for weight in model.weights:
        weight.assign(0.3 * rng.normal(size=weight.shape))


def _scores(model, images):
    # Not `predict`, in which Keras rounds arrays to its `floatx`.
    scores = model(keras.ops.convert_to_tensor(images, dtype="float64"))
    assert keras.backend.standardize_dtype(scores.dtype) == "float64"
    return keras.ops.convert_to_numpy(scores)


@pytest.mark.parametrize("kind", KINDS)
def test_every_weight_and_layer_is_of_float64(kind):
    model = KINDS[kind]()
    _randomize(model)
    assert model.input.dtype == "float64"
    for layer in model.layers[1:]:  # the first has an input's type, and no policy
        inner = layer._flatten_layers()
        assert {one.compute_dtype for one in inner} == {"float64"}, layer.name
    assert {weight.dtype for weight in model.weights} == {"float64"}
    images = np.random.default_rng(1).normal(size=(3, *model.input_shape[1:]))
    np.testing.assert_allclose(_scores(model, images).sum(axis=-1), 1, rtol=1e-14)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="Keras takes means of float64 in float32 on JAX and PyTorch",
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_billionth_of_a_pixel_is_seen(kind):
    """float32 would round it away, or make steps of it."""
    model = KINDS[kind]()
    _randomize(model)
    rng = np.random.default_rng(1)
    image, change = rng.normal(size=(2, 1, *model.input_shape[1:]))
    images = np.concatenate([image + step * 1e-9 * change for step in range(3)])
    scores = _scores(model, images)
    once, twice = scores[1] - scores[0], scores[2] - scores[0]
    assert np.abs(once).max() > 1e-12
    np.testing.assert_allclose(twice, 2 * once, atol=1e-3 * np.abs(once).max())


def test_preprocessing_and_channels_first_are_of_float64(monkeypatch):
    monkeypatch.setattr(keras.config, "image_data_format", lambda: "channels_first")
    model = small_swin(
        input_shape=(3, 13, 20), include_preprocessing=True, dtype="float64"
    )
    assert model.get_layer("preprocessing").compute_dtype == "float64"
    plain = small_vit(input_shape=(5, 9, 10), dtype="float64")
    assert plain.get_layer("channels_last").compute_dtype == "float64"
