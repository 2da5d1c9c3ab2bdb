"""Models that normalize pixels of 0 to 255 themselves take them as Keras's do."""

import warnings
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

import keras_vit
from tests.helpers import gradients, randomize, relative_difference, to_numpy
from tests.models.small import SMALL

SHAPE = (2, 9, 12, 3)
PIXELS = np.random.default_rng(0).uniform(-40, 300, SHAPE).astype("float32")


@pytest.fixture(params=SMALL)
def model(request):
    model = SMALL[request.param](input_shape=SHAPE[1:], include_preprocessing=True)
    randomize(model)
    return model


@pytest.mark.parametrize("name", SMALL)
def test_floats_are_neither_rounded_nor_wrapped(name):
    outside = SMALL[name](input_shape=SHAPE[1:])
    randomize(outside)
    inside = SMALL[name](input_shape=SHAPE[1:], include_preprocessing=True)
    inside.set_weights(outside.get_weights())
    preprocessing = inside.get_layer("preprocessing")
    normal = (PIXELS - to_numpy(preprocessing.mean)) / np.sqrt(
        to_numpy(preprocessing.variance)
    )
    expected = outside.predict(normal, verbose=0)
    assert relative_difference(inside.predict(PIXELS, verbose=0), expected) < 1e-4
    for images in (PIXELS.astype("float64"), ops.convert_to_tensor(PIXELS)):
        assert relative_difference(to_numpy(inside(images)), expected) < 1e-4


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float16", "float64"])
def test_whole_pixels_of_any_type_are_the_same(model, dtype):
    pixels = np.clip(np.round(PIXELS), 0, 255)
    got = to_numpy(model(pixels.astype(dtype)))
    assert relative_difference(got, to_numpy(model(pixels))) < 1e-5


def test_the_gradient_reaches_the_image(model):
    upstream = np.ones((2, *model.output_shape[1:]), "float32")
    (gradient,) = gradients(lambda x: model(x) ** 2, [PIXELS], upstream)
    assert gradient.shape == SHAPE
    assert np.abs(gradient).max() > 0
    bump = np.zeros(SHAPE, "float32")
    place = np.unravel_index(np.abs(gradient).argmax(), SHAPE)
    bump[place] = 2.0
    around = [(to_numpy(model(PIXELS + s * bump)) ** 2).sum() for s in (1, -1)]
    slope = (around[0] - around[1]) / 4
    assert abs(slope - gradient[place]) < 0.05 * abs(slope)


def test_pixels_of_0_to_1_are_told_once(model):
    model(np.zeros(SHAPE, "float32"))  # black, of any range
    small = (np.clip(PIXELS, 0, 255) / 255).astype("float32")
    with pytest.warns(UserWarning, match="lie in 0 to 1.*Multiply them by 255"):
        model(small)
    model(small)


@pytest.mark.parametrize("first", [PIXELS, np.clip(PIXELS, 0, 255).astype("uint8")])
def test_pixels_of_0_to_255_say_nothing(model, first):
    model(first)
    assert model.get_layer("preprocessing")._knows_the_range
    model(np.ones(SHAPE, "uint8"))


def test_a_graph_is_not_looked_into(model):
    """Nor does a look keep a step from being traced."""
    small = (np.clip(PIXELS, 0, 255) / 255).astype("float32")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.predict(small, verbose=0)
    is_eager = keras.backend.backend() == "torch"
    assert len([w for w in caught if "0 to 1" in str(w.message)]) == is_eager


def test_a_file_from_when_models_took_uint8_alone():
    model = keras.models.load_model(Path(__file__).parent / "uint8_preprocessing.keras")
    assert model.input.dtype == "uint8"
    images = np.random.default_rng(0).integers(0, 256, (2, 4, 6, 3), "uint8")
    expected = [
        [0.26146248, 0.26118079, 0.20887874, 0.19969490, 0.06878309],
        [0.25959998, 0.26168650, 0.21065490, 0.19891620, 0.06914245],
    ]
    got = model.predict(images, verbose=0)
    np.testing.assert_allclose(got, expected, rtol=1e-4)
    now = keras_vit.VisionTransformer(
        input_shape=(4, 6, 3),
        patch_size=2,
        hidden_dim=6,
        num_layers=1,
        num_heads=3,
        mlp_dim=7,
        classes=5,
        include_preprocessing=True,
    )
    now.set_weights(model.get_weights())
    np.testing.assert_allclose(now.predict(images, verbose=0), expected, rtol=1e-4)


def test_saved_and_loaded(model, tmp_path):
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.input.dtype == "float32"
    np.testing.assert_array_equal(
        loaded.predict(PIXELS, verbose=0), model.predict(PIXELS, verbose=0)
    )
