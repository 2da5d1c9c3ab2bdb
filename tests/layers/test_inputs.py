"""What every public layer takes: by keyword, of any type, arguments of NumPy."""

import inspect
import json

import keras
import numpy as np
import pytest

from keras_vit import layers
from tests.helpers import array, randomize, relative_difference, to_numpy
from tests.layers.test_contract import CASES, every_layer

NUMBERS = np.random.default_rng(0).integers(0, 2, 2 * 9 * 14 * 20)


@every_layer
def test_the_input_by_keyword(case):
    make, shape, _ = CASES[case]
    layer = make()
    x = array(2, *shape)
    by_position = to_numpy(layer(x))
    np.testing.assert_array_equal(to_numpy(layer(inputs=x)), by_position)
    image = keras.Input(shape)
    assert layer(inputs=image).shape == layer(image).shape


@every_layer
@pytest.mark.parametrize("dtype", ["uint8", "bool", "float64"])
def test_an_input_of_any_type(case, dtype):
    """Keras's own layers compute in their type whatever they are given."""
    make, shape, _ = CASES[case]
    layer = make()
    x = NUMBERS[: 2 * np.prod(shape)].reshape(2, *shape)
    layer.build(x.shape)
    randomize(layer)
    expected = layer(x.astype("float32"))
    for given in (x.astype(dtype), keras.ops.convert_to_tensor(x.astype(dtype))):
        got = layer(given)
        assert keras.backend.standardize_dtype(got.dtype) == "float32"
        assert relative_difference(to_numpy(got), to_numpy(expected)) < 1e-6
    assert layer(keras.Input(shape, dtype=dtype)).dtype == "float32"


@pytest.mark.parametrize("case", ["PatchEmbedding", "EncoderBlock", "SwinBlock"])
def test_ints_in_training_and_half_precision(case):
    make, shape, expected_shape = CASES[case]
    image = keras.Input(shape, dtype="uint8")
    model = keras.Model(image, make(dtype="mixed_bfloat16")(image))
    model.compile("sgd", "mse")
    x = NUMBERS[: 2 * np.prod(shape)].reshape(2, *shape).astype("uint8")
    assert np.isfinite(model.train_on_batch(x, array(2, *expected_shape)))
    got = model(x)
    assert keras.backend.standardize_dtype(got.dtype) == "bfloat16"


# name: the same arguments twice, as Python's and as NumPy's
ARGUMENTS = {
    "PatchEmbedding": {"hidden_dim": 11, "patch_size": (3, 2), "pad": True},
    "ClassToken": {},
    "RegisterTokens": {"num_tokens": 3},
    "PositionEmbedding": {
        "kind": "learned_2d",
        "grid_size": (2, 3),
        "num_prefix_tokens": 1,
    },
    "MultiHeadSelfAttention": {
        "num_heads": 3,
        "dropout_rate": 0.5,
        "attention_dropout_rate": 0.25,
        "relative_position": True,
    },
    "MLP": {"mlp_dim": 11, "dropout_rate": 0.5},
    "LayerScale": {"initial_value": 0.125},
    "DropPath": {"rate": 0.5, "seed": 7},
    "EncoderBlock": {
        "num_heads": 3,
        "mlp_dim": 11,
        "dropout_rate": 0.5,
        "attention_dropout_rate": 0.25,
        "drop_path_rate": 0.125,
        "layer_scale_init": 0.5,
        "relative_position": False,
        "epsilon": 0.0625,
    },
    "WindowAttention": {
        "num_heads": 3,
        "window_size": (3, 2),
        "shift_size": 1,
        "relative_position_bias": False,
        "dropout_rate": 0.5,
        "attention_dropout_rate": 0.25,
    },
    "SwinBlock": {
        "num_heads": 3,
        "mlp_dim": 11,
        "window_size": (3, 2),
        "shift_size": (1, 0),
        "relative_position_bias": True,
        "dropout_rate": 0.5,
        "attention_dropout_rate": 0.25,
        "drop_path_rate": 0.125,
        "layer_scale_init": 0.5,
        "epsilon": 0.0625,
    },
    "PatchMerging": {"epsilon": 0.0625},
    "TokenPooling": {"pooling": "avg", "num_prefix_tokens": 2},
}


def as_numpy(value):
    """Scalars of NumPy, arrays of no axis, and arrays in place of pairs."""
    if isinstance(value, str):
        return [np.str_(value)]
    if isinstance(value, float):
        return [np.float32(value), np.float64(value), np.array(value)]
    return [np.array(value)] if isinstance(value, tuple) else [np.array(value)[()]] * 2


def test_every_layer_has_its_arguments_here():
    assert set(ARGUMENTS) == set(layers.__all__)
    for name, arguments in ARGUMENTS.items():
        taken = set(inspect.signature(getattr(layers, name)).parameters)
        # Keras's own initializers take what they take; images may stay a map.
        assert taken - {"kwargs", "initializer", "flatten"} == set(arguments)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_arguments_of_numpy(name):
    layer = getattr(layers, name)
    expected = layer(**ARGUMENTS[name], name="mine").get_config()
    assert json.loads(json.dumps(expected))
    for argument, value in ARGUMENTS[name].items():
        for given in as_numpy(value):
            config = layer(**{**ARGUMENTS[name], argument: given, "name": "mine"})
            config = config.get_config()
            assert config == expected
            json.dumps(config)
            assert type(config[argument]) is not type(given) or isinstance(given, str)


WRONG = [np.array([[1, 2], [3, 4]]), [[1], [2, 3]], np.array([0.5, 0.5, 0.5]), "a", {}]


@pytest.mark.parametrize("name", ARGUMENTS)
def test_no_argument_gets_an_error_of_numpy(name):
    layer = getattr(layers, name)
    for argument in ARGUMENTS[name]:
        for wrong in WRONG:
            with pytest.raises(ValueError, match=f"(?s)`{argument}` .*Received"):
                layer(**{**ARGUMENTS[name], argument: wrong})
