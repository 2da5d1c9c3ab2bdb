"""What no argument of any layer can be is refused by the argument's name."""

import inspect

import keras
import pytest

from keras_vit import layers
from tests.layers.test_inputs import ARGUMENTS

NOTHING = {
    "text of a number": "4",
    "empty text": "",
    "bytes": b"avg",
    "object": object(),
    "dict": {},
    "set": {2, 3},
    "not a number": float("nan"),
    "imaginary": 1j,
    "list of lists": [[2, 3]],
    "symbolic tensor": keras.KerasTensor((2,)),
}
OF_ANY_SIGN = ("initial_value", "layer_scale_init")
CASES = [
    (name, argument)
    for name in layers.__all__
    for argument in inspect.signature(getattr(layers, name)).parameters
    if argument != "kwargs"
]


@pytest.mark.parametrize(("name", "argument"), CASES)
def test_what_it_cannot_be_is_refused_by_name(name, argument):
    wrong = NOTHING | ({} if argument in OF_ANY_SIGN else {"-1": -1})
    for thing, value in wrong.items():
        with pytest.raises(ValueError) as caught:
            getattr(layers, name)(**{**ARGUMENTS[name], argument: value})
        message = str(caught.value)
        assert f"`{argument}`" in message, (thing, message)
        assert "should be" in message and "Received: " in message, (thing, message)


def test_an_initializer_comes_back_from_a_configuration():
    layer = layers.RegisterTokens(2, keras.initializers.Constant(0.5))
    again = layers.RegisterTokens.from_config(layer.get_config())
    assert again.initializer.get_config() == {"value": 0.5}
    assert layers.RegisterTokens(2, "zeros").get_config() is not None
