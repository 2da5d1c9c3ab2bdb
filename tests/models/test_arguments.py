"""Whatever users hand over for an argument is read right, or refused in our words.

Each argument of each model meets each of THINGS. What it may be stands in READ, with
the plain value that it is read as; all the others have to be refused.
"""

import inspect
import typing
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_vit
from keras_vit.applications import SWIN, VIT
from tests.models.small import small_swin, small_vit

MODELS = {
    "vit": (small_vit, keras_vit.VisionTransformer, VIT.readers),
    "swin": (small_swin, keras_vit.SwinTransformer, SWIN.readers),
}
IMAGE = keras.KerasTensor((None, 16, 24, 3), name="image")
POLICY = keras.DTypePolicy("mixed_bfloat16")
RELU = keras.activations.relu
THINGS = {
    "None": None,
    "True": True,
    "False": False,
    "NumPy's True": np.True_,
    "0": 0,
    "1": 1,
    "4": 4,
    "-1": -1,
    "NumPy's 4": np.int64(4),
    "NumPy's small 4": np.uint8(4),
    "array of no axes": np.array(4),
    "tensor of no axes": keras.ops.convert_to_tensor(4),
    "4.0": 4.0,
    "0.5": 0.5,
    "NumPy's 0.5": np.float32(0.5),
    "tensor 0.5": keras.ops.convert_to_tensor(0.5),
    "not a number": float("nan"),
    "infinity": float("inf"),
    "10**400": 10**400,
    "1j": 1j,
    "list": [2, 3],
    "tuple": (2, 3),
    "array": np.array([2, 3]),
    "tensor": keras.ops.convert_to_tensor([2, 3]),
    "range": range(2, 4),
    "list of floats": [2.0, 3.0],
    "list of strings": ["2", "3"],
    "list of bools": [True, True],
    "negative list": [2, -3],
    "list of lists": [[2, 3]],
    "array of two axes": np.ones((2, 2), int),
    "array of one number": np.array([0.5]),
    "three ints": [16, 24, 3],
    "array of three": np.array([16, 24, 3]),
    "unknown size": (None, None, 3),
    "with a batch axis": (None, 16, 24, 3),
    "empty": (),
    "dict": {},
    "set": {2, 3},
    "object": object(),
    "text of a number": "4",
    "bytes": b"avg",
    "empty text": "",
    "text": "avg",
    "NumPy's text": np.str_("avg"),
    "path in text": "a/b.npz",
    "path": Path("a/b.npz"),
    "name of an activation": "softmax",
    "name of an initializer": "zeros",
    "activation": RELU,
    "layer's class": keras.layers.Softmax,
    "name of a dtype": "float16",
    "name of a policy": "mixed_bfloat16",
    "policy": POLICY,
    "NumPy's dtype": np.float32,
    "dtype of ints": "int32",
    "symbolic tensor": IMAGE,
    "layer": keras.layers.Softmax(),
}
WHOLE = {
    "4": 4,
    "NumPy's 4": 4,
    "NumPy's small 4": 4,
    "array of no axes": 4,
    "tensor of no axes": 4,
}
HUGE = {"1": 1, "10**400": 10**400}  # of one type with the others
COUNT = WHOLE | HUGE
FLAG = {"True": True, "False": False, "NumPy's True": True, "0": False, "1": True}
RATE = {"0": 0.0, "0.5": 0.5, "NumPy's 0.5": 0.5, "tensor 0.5": 0.5}
NUMBER = RATE | {k: float(v) for k, v in WHOLE.items()}
NUMBER |= {"1": 1.0, "-1": -1.0, "4.0": 4.0}
TWO = dict.fromkeys(("list", "tuple", "array", "tensor", "range"), (2, 3))
THREE = dict.fromkeys(("three ints", "array of three"), (16, 24, 3))
PAIR = {k: (v, v) for k, v in COUNT.items()} | TWO
NONE = {"None": None}
TEXT = {k: str(v) for k, v in THINGS.items() if isinstance(v, str)}
COMMON = {
    "include_top": FLAG,
    "weights": NONE
    | {k: text for k, text in TEXT.items() if text}
    | {"path": Path("a/b.npz")},
    "input_tensor": NONE | {"symbolic tensor": IMAGE},
    "input_shape": NONE | THREE,
    "pooling": NONE | dict.fromkeys(("text", "NumPy's text"), "avg"),
    "classes": NONE | COUNT | {"0": 0},
    "classifier_activation": NONE
    | {
        "name of an activation": "softmax",
        "activation": RELU,
        "layer": THINGS["layer"],
    },
    "head_initializer": NONE | {"name of an initializer": "zeros"},
    "name": NONE | {k: v for k, v in TEXT.items() if "/" not in v},
    "include_preprocessing": FLAG,
    "patch_size": PAIR,
    "hidden_dim": COUNT,
    "dropout_rate": RATE,
    "attention_dropout_rate": RATE,
    "drop_path_rate": RATE,
    "dtype": NONE
    | {
        "name of a dtype": keras.DTypePolicy("float16"),
        "name of a policy": POLICY,
        "policy": POLICY,
        "NumPy's dtype": keras.DTypePolicy("float32"),
    },
}
READ = {
    "vit": COMMON
    | {
        "num_layers": COUNT,
        "num_heads": COUNT,
        "mlp_dim": COUNT,
        "position_embedding": {},
        "class_token": FLAG,
        "num_register_tokens": COUNT | {"0": 0},
        "layer_scale_init": NONE | NUMBER,
        "norm_after_pooling": FLAG,
    },
    "swin": COMMON
    | {
        "depths": TWO | THREE,
        "num_heads": TWO | THREE,
        "window_size": PAIR,
        "relative_position_bias": FLAG,
        "absolute_position_embedding": FLAG,
        "shifted_windows": FLAG,
    },
}
CASES = [(kind, name) for kind, arguments in READ.items() for name in arguments]


@pytest.mark.parametrize("kind", MODELS)
def test_every_argument_has_its_cases(kind):
    _, model, readers = MODELS[kind]
    arguments = set(inspect.signature(model).parameters)
    assert set(READ[kind]) == arguments == set(readers)


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_what_fits_is_read_as_a_plain_value(kind, name):
    read = MODELS[kind][2][name]
    for thing, expected in READ[kind][name].items():
        got = read(THINGS[thing], name)
        assert (got, type(got)) == (expected, type(expected)), thing


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_what_does_not_fit_is_refused_by_name(kind, name):
    make = MODELS[kind][0]
    for thing in THINGS.keys() - READ[kind][name].keys():
        with pytest.raises(ValueError) as caught:
            make(**{name: THINGS[thing]})
        message = str(caught.value)
        assert f"`{name}`" in message, (thing, message)
        assert " should be " in message and "Received: " in message, (thing, message)


@pytest.mark.parametrize("kind", MODELS)
def test_the_choices_that_editors_show_are_the_choices_that_there_are(kind):
    _, model, readers = MODELS[kind]
    shown = {
        name: choice
        for name, hint in typing.get_type_hints(model).items()
        for part in (hint, *typing.get_args(hint))
        if typing.get_origin(part) is typing.Literal
        for choice in [typing.get_args(part)]
    }
    assert "pooling" in shown
    for name, choices in shown.items():
        assert [readers[name](choice, name) for choice in choices] == list(choices)
        with pytest.raises(ValueError) as caught:
            readers[name]("none of them", name)
        named = str(caught.value).partition("one of ")[2].partition(". Received")[0]
        assert set(named.split(", ")) - {"None"} == set(map(repr, choices))


PLAIN = {
    "vit": {
        "input_shape": (9, 10, 5),
        "patch_size": (3, 2),
        "hidden_dim": 12,
        "num_heads": 3,
        "mlp_dim": 13,
        "num_layers": 2,
        "classes": 7,
        "num_register_tokens": 2,
        "layer_scale_init": 0.5,
        "drop_path_rate": 0.25,
        "dropout_rate": 0.25,
        "include_top": True,
    },
    "swin": {
        "input_shape": (13, 20, 5),
        "depths": (2, 2),
        "num_heads": (1, 3),
        "window_size": (3, 4),
        "hidden_dim": 6,
        "classes": 7,
        "attention_dropout_rate": 0.25,
        "shifted_windows": True,
    },
}


@pytest.mark.parametrize("kind", MODELS)
def test_numpys_numbers_make_the_same_model(kind):
    def numpys(value):
        return np.asarray(value)[()]

    make = MODELS[kind][0]
    plain = make(**PLAIN[kind])
    other = make(**{name: numpys(value) for name, value in PLAIN[kind].items()})
    assert other.get_config() == plain.get_config()
    assert other.to_json()
    assert [w.shape for w in other.weights] == [w.shape for w in plain.weights]


def test_two_sizes_of_one_image_are_refused():
    with pytest.raises(ValueError, match=r"\(16, 24, 5\).*\(16, 24, 3\)"):
        small_vit(input_tensor=IMAGE, input_shape=(16, 24, 5))


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        (32, r"as in \(32, 32, 3\)"),
        ((32, 48), r"as in \(32, 48, 3\)"),
        (np.int64(32), r"as in \(32, 32, 3\)"),
        ((None, None, 3), r"one size: resize the images.*as in \(224, 224, 3\)"),
        ("32", r"as in \(224, 224, 3\)"),
    ],
)
def test_an_image_size_of_another_form_says_what_to_give(given, hint):
    with pytest.raises(ValueError, match=hint):
        small_swin(input_shape=given)
