"""A model of another size is as if the same checkpoint had been loaded at that size."""

import keras
import numpy as np
import pytest

import keras_vit
from keras_vit.training import AdamW, freeze, resize
from tests.helpers import array, randomize, to_numpy
from tests.models.small import SHAPES, SMALL, small_swin, small_vit

# Quicker on TensorFlow; JAX would compile every operation by itself.
EAGER = keras.backend.backend() != "jax"
SIZES = {"vit": (15, 14), "swin": (26, 18)}
CASES = {
    "learned": ("vit", {"num_register_tokens": 2, "layer_scale_init": 0.1}),
    "learned_2d": ("vit", {"position_embedding": "learned_2d"}),
    "sincos_2d": ("vit", {"position_embedding": "sincos_2d"}),
    "none": ("vit", {"position_embedding": "none", "include_top": False}),
    "no class token": ("vit", {"class_token": False, "norm_after_pooling": True}),
    "Swin": ("swin", {"dropout_rate": 0.1, "drop_path_rate": 0.1}),
    "Swin's positions": ("swin", {"absolute_position_embedding": True}),
    "no bias": ("swin", {"relative_position_bias": False, "include_top": False}),
    "preprocessing": (
        "vit",
        {"include_preprocessing": True, "input_shape": (9, 10, 3)},
    ),
    "bfloat16": ("swin", {"dtype": "bfloat16"}),
    "mixed": ("vit", {"dtype": "mixed_bfloat16"}),
}


def with_shape(arguments, family, size):
    channels = arguments.get("input_shape", SHAPES[family])[-1]
    return {**arguments, "input_shape": (*size, channels)}


def saved_and_loaded(model, path, build):
    """What the loader makes of the same weights at the other size."""
    model.save(path)
    expected = build()
    keras_vit.load_weights(expected, path)
    return expected


def assert_same(one, other):
    assert [v.path for v in one.weights] == [v.path for v in other.weights]
    for got, expected in zip(one.weights, other.weights, strict=True):
        assert got.dtype == expected.dtype
        np.testing.assert_array_equal(to_numpy(got), to_numpy(expected), got.path)


@pytest.mark.parametrize("kind", CASES)
def test_as_loaded_at_that_size(kind, tmp_path):
    family, arguments = CASES[kind]
    model = SMALL[family](**arguments)
    randomize(model)
    before = [to_numpy(w) for w in model.weights]
    larger = with_shape(arguments, family, SIZES[family])
    path = tmp_path / "model.keras"
    expected = saved_and_loaded(model, path, lambda: SMALL[family](**larger))
    got = resize(model, SIZES[family])
    assert type(got) is type(model)
    assert got.name == model.name
    assert_same(got, expected)
    assert [x.name for x in got.layers] == [x.name for x in expected.layers]
    policies = [[x.dtype_policy.name for x in m.layers] for m in (got, expected)]
    assert policies[0] == policies[1]
    assert got.dtype_policy.name == expected.dtype_policy.name
    images = array(2, *larger["input_shape"])
    outputs = [to_numpy(m(images)) for m in (got, expected)]
    np.testing.assert_allclose(*outputs, atol=1e-5)
    for weight, old in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(to_numpy(weight), old)


@pytest.mark.slow  # the same on every backend
@pytest.mark.parametrize("method", ["bicubic", "log_spaced"])
def test_other_windows(method, tmp_path):
    """Larger ones have larger tables and shift by half of their own sides."""
    model = small_swin(window_size=2)
    randomize(model)
    path = tmp_path / "model.keras"
    model.save(path)
    expected = small_swin(input_shape=(26, 40, 5), window_size=(5, 4))
    keras_vit.load_weights(expected, path, bias_resize=method)
    got = resize(model, (26, 40), window_size=(5, 4), bias_resize=method)
    assert_same(got, expected)
    images = array(2, 26, 40, 5)
    np.testing.assert_allclose(
        to_numpy(got(images)), to_numpy(expected(images)), atol=1e-5
    )
    block = got.get_layer("stage_0_block_1").attention
    assert (block.window_size, block.shift_size) == ((5, 4), (2, 2))


def test_windows_that_had_shrunk_grow_back():
    model = small_swin(input_shape=(6, 8, 5), window_size=4)
    sizes = {b: b.attention.table_window for b in model.layers if "_block_" in b.name}
    assert (2, 2) in sizes.values() or (2, 4) in sizes.values()
    got = resize(model, (32, 32))
    for layer in got.layers:
        if "_block_" in layer.name:
            assert layer.attention.table_window == (4, 4)


@pytest.mark.parametrize("family", SMALL)
def test_the_same_size_is_a_copy(family):
    model = SMALL[family]()
    randomize(model)
    got = resize(model, SHAPES[family][:2])
    assert_same(got, model)
    got.weights[0].assign(got.weights[0] + 1)
    assert not np.array_equal(to_numpy(got.weights[0]), to_numpy(model.weights[0]))


def trainable(model):
    return [v.path for v in model.trainable_variables]


def test_what_is_frozen_stays_frozen():
    model = small_vit(num_layers=3)
    freeze(model, until="encoder_block_0")
    model.get_layer("encoder_block_2").attention.trainable = False
    assert trainable(resize(model, (15, 14))) == trainable(model)
    assert trainable(model) != [v.path for v in model.weights]


@pytest.mark.parametrize("loaded", [False, True])
@pytest.mark.parametrize("kind", ["Sequential", "functional"])
def test_within_a_model(kind, loaded, tmp_path):
    inner = small_vit(include_top=False, pooling="token")
    dense = keras.layers.Dense(3, name="mine")
    inputs = keras.Input(SHAPES["vit"])
    if kind == "Sequential":
        model = keras.Sequential([inputs, keras.layers.Rescaling(0.5), inner, dense])
    else:
        model = keras.Model(inputs, dense(inner(keras.layers.Rescaling(0.5)(inputs))))
    randomize(model)
    freeze(model, until="position_embedding")
    if loaded:
        model.save(tmp_path / "model.keras")
        model = keras.saving.load_model(tmp_path / "model.keras")
    got = resize(model, (15, 14))
    assert got.input_shape == (None, 15, 14, 5)
    assert type(got) is type(model)
    alone = resize(inner, (15, 14))
    images = array(2, 15, 14, 5)
    expected = to_numpy(alone(0.5 * images)) @ to_numpy(dense.kernel)
    expected += to_numpy(dense.bias)
    np.testing.assert_allclose(to_numpy(got(images)), expected, atol=1e-5)
    assert len(trainable(got)) == len(trainable(model)) < len(model.weights)


@pytest.mark.slow  # the same on every backend
@pytest.mark.parametrize("family", SMALL)
def test_training_goes_on(family):
    """The state belongs to its weights, and of the same size it is the same."""
    few = {
        "vit": {"num_layers": 1, "layer_scale_init": 0.1},
        "swin": {"depths": (1, 1)},
    }
    model = SMALL[family](**few[family])
    randomize(model)
    optimizer = AdamW(1e-3, amsgrad=True, global_clipnorm=1.0)
    loss = "sparse_categorical_crossentropy"
    model.compile(optimizer, loss, metrics=["accuracy"], run_eagerly=EAGER)
    data = array(7, *SHAPES[family]), np.arange(7)
    model.fit(*data, verbose=0)
    copy = resize(model, SHAPES[family][:2], keep_optimizer=True)
    for one, other in zip(
        model.optimizer.variables, copy.optimizer.variables, strict=True
    ):
        np.testing.assert_array_equal(to_numpy(one), to_numpy(other))
    for one in (model, copy):
        one.fit(*data, verbose=0)
    for one, other in zip(model.weights, copy.weights, strict=True):
        np.testing.assert_allclose(to_numpy(one), to_numpy(other), atol=1e-5)

    large = resize(model, SIZES[family], keep_optimizer=True)
    assert large.optimizer.get_config() == model.optimizer.get_config()
    assert int(large.optimizer.iterations) == 2
    before = {v.path: to_numpy(v) for v in large.weights}
    images = array(7, *large.input_shape[1:])
    large.fit(images, data[1], verbose=0)
    for weight in large.trainable_variables:
        # Adam's step is of the rate's size: no weight leaps.
        step = np.abs(to_numpy(weight) - before[weight.path]).max()
        assert step < 10e-3, weight.path


def test_the_state_of_positions_is_resized_as_they_are():
    """A mean of gradients as a weight; its squares so that no step is larger."""
    model = small_vit(num_layers=1)
    model.compile(AdamW(1e-3), "sparse_categorical_crossentropy", run_eagerly=EAGER)
    model.fit(array(7, *SHAPES["vit"]), np.arange(7), verbose=0)
    path = "position_embedding/embedding"
    of = {v.name: v for v in model.optimizer.variables}
    mean = of["position_embedding_embedding_momentum"]
    moments = array(*mean.shape, seed=1)
    mean.assign(moments)
    squares = np.square(array(*mean.shape, seed=2))
    of["position_embedding_embedding_velocity"].assign(squares)
    large = resize(model, (27, 20), keep_optimizer=True)
    as_weight = small_vit(num_layers=1)
    next(v for v in as_weight.weights if v.path == path).assign(moments)
    known = next(v for v in resize(as_weight, (27, 20)).weights if v.path == path)
    of = {v.name: to_numpy(v) for v in large.optimizer.variables}
    got = of["position_embedding_embedding_momentum"]
    np.testing.assert_array_equal(got, to_numpy(known))
    got_squares = of["position_embedding_embedding_velocity"]
    assert (got_squares > 0).all()
    steps = (np.square(got) / got_squares).max(axis=0)
    assert (steps <= 1.001 * (np.square(moments) / squares).max(axis=0)).all()


def test_a_scaled_loss_goes_on():
    model = small_vit(dtype="mixed_float16")
    model.compile(AdamW(1e-3), "sparse_categorical_crossentropy")
    model.fit(array(7, *SHAPES["vit"]), np.arange(7), verbose=0)
    large = resize(model, (15, 14), keep_optimizer=True)
    assert type(large.optimizer) is type(model.optimizer)
    large.fit(array(7, 15, 14, 5), np.arange(7), verbose=0)


def test_what_cannot_be_resized():
    with pytest.raises(ValueError, match=r"belongs to one size.*\(31, 4\)"):
        resize(small_vit(position_embedding="relative"), (15, 14))
    with pytest.raises(ValueError, match="No whole number of patches"):
        resize(small_vit(), (15, 15))
    with pytest.raises(ValueError, match="`image_size` should be an int or a pair"):
        resize(small_vit(), "large")
    with pytest.raises(ValueError, match="`window_size` is for a Swin"):
        resize(small_vit(), (15, 14), window_size=3)
    with pytest.raises(ValueError, match="`bias_resize` should be one of 'bicubic'"):
        resize(small_swin(), 26, bias_resize="linear")
    with pytest.raises(ValueError, match=r"`resize` is for a ViT or a Swin"):
        resize(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]), 26)


def test_no_optimizer_to_keep():
    model = small_vit(num_layers=1)
    with pytest.raises(ValueError, match="`keep_optimizer=True` goes on with"):
        resize(model, (15, 14), keep_optimizer=True)
    model.compile(AdamW(1e-3), "sparse_categorical_crossentropy", run_eagerly=EAGER)
    model.fit(array(7, *SHAPES["vit"]), np.arange(7), verbose=0)
    freeze(model)
    with pytest.raises(ValueError, match="the state of other weights"):
        resize(model, (15, 14), keep_optimizer=True)
