"""AdamW's own arguments, as users hand them over."""

import keras
import numpy as np
import pytest

from keras_vit.training import AdamW

NUMBERS = {
    "float": 0.25,
    "int": 1,
    "NumPy's": np.float32(0.25),
    "array": np.array(0.25),
    "tensor": keras.ops.convert_to_tensor(0.25),
    "0": 0,
}
NOTHING = [None, "0.25", b"1", -0.25, float("nan"), float("inf"), [0.25], {}, True]


@pytest.mark.parametrize("kind", NUMBERS)
def test_numbers_of_any_kind(kind):
    given = NUMBERS[kind]
    optimizer = AdamW(given, weight_decay=given)
    assert float(optimizer.learning_rate) == float(given)
    assert optimizer.weight_decay == float(given)
    config = optimizer.get_config()
    assert type(config["weight_decay"]) is type(config["learning_rate"]) is float
    assert AdamW.from_config(config).get_config() == config


@pytest.mark.parametrize("value", NOTHING, ids=repr)
@pytest.mark.parametrize("name", ["learning_rate", "weight_decay"])
def test_what_is_no_number_is_refused_by_name(name, value):
    with pytest.raises(ValueError, match=name):
        AdamW(**{name: value})


def test_schedules_and_functions_are_left_alone():
    schedule = keras.optimizers.schedules.CosineDecay(0.25, 10)
    assert float(AdamW(schedule).learning_rate) == 0.25
    assert float(AdamW(lambda: 0.5).learning_rate) == 0.5
