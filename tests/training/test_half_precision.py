"""AdamW steps variables of half precision as Keras steps float32's, rounded once."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_vit.training import AdamW
from tests.helpers import array, to_numpy

SHAPES = {"kernel": (5, 7), "bias": (7,)}
# bfloat16 keeps 8 bits and float16 11, rounded after a step and again as an average.
ROUNDING = {"bfloat16": 2.0**-8, "float16": 2.0**-11}
ARGUMENTS = [
    {},
    {"epsilon": 0.1, "beta_1": 0.5, "beta_2": 0.7},
    {"amsgrad": True, "beta_2": 0.5},
    {"global_clipnorm": 0.3},
    {"clipnorm": 0.3},
    {"gradient_accumulation_steps": 2},
    {"use_ema": True, "ema_momentum": 0.999},
    {"use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 3},
]


def _variables(dtype):
    return [keras.Variable(array(*s), name=n, dtype=dtype) for n, s in SHAPES.items()]


def _gradients(step, dtype):
    """The same numbers in both types; each step's are smaller than the last one's."""
    arrays = [100.0**-step * array(*s, seed=step + 1) for s in SHAPES.values()]
    return [ops.cast(ops.cast(x, dtype), "float32") for x in arrays]


@pytest.mark.parametrize("dtype", ROUNDING)
@pytest.mark.parametrize("kwargs", ARGUMENTS, ids=str)
def test_a_step_is_that_of_float32(kwargs, dtype):
    halves, wholes = _variables(dtype), _variables("float32")
    ours = AdamW(learning_rate=0.1, weight_decay=0.3, **kwargs)
    keras_own = keras.optimizers.AdamW(learning_rate=0.1, weight_decay=0.3, **kwargs)
    keras_own.exclude_from_weight_decay(var_names=["bias"])
    for step in range(4):
        for half, whole in zip(halves, wholes, strict=True):
            whole.assign(ops.cast(half, "float32"))
        gradients = _gradients(step, dtype)
        ours.apply([ops.cast(g, dtype) for g in gradients], halves)
        keras_own.apply(gradients, wholes)
        _assert_close(halves, wholes, dtype)
    ours.finalize_variable_values(halves)
    keras_own.finalize_variable_values(wholes)
    _assert_close(halves, wholes, dtype)
    assert all(half.dtype == dtype for half in halves)


def _assert_close(halves, wholes, dtype):
    for half, whole in zip(halves, wholes, strict=True):
        rtol = 2 * ROUNDING[dtype]
        expected = to_numpy(whole)
        np.testing.assert_allclose(to_numpy(half), expected, rtol, atol=0.05 * rtol)


def test_variables_of_several_types_in_one_step():
    variables = [keras.Variable(array(3), dtype=d) for d in ("float32", "bfloat16")]
    before = [to_numpy(v) for v in variables]
    AdamW(0.1).apply([ops.ones(3, dtype=v.dtype) for v in variables], variables)
    for variable, old in zip(variables, before, strict=True):
        np.testing.assert_allclose(to_numpy(variable), old * 0.995 - 0.1, atol=0.01)


def test_embeddings_with_gradients_of_some_rows():
    embedding = keras.layers.Embedding(7, 5, dtype="bfloat16")
    model = keras.Sequential([keras.Input((3,), dtype="int32"), embedding])
    model.compile(AdamW(0.1, weight_decay=1e-9), "mse")
    before = to_numpy(embedding.embeddings)
    model.train_on_batch(np.array([[1, 1, 4]]), np.ones((1, 3, 5)))
    moved = np.abs(to_numpy(embedding.embeddings) - before)
    assert np.allclose(moved[[1, 4]], 0.1, rtol=0.02)
    assert (moved[[0, 2, 3, 5, 6]] == 0).all()


def test_state_is_saved_and_loaded(tmp_path):
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dense(2, dtype="bfloat16")(inputs))
    model.compile(AdamW(0.1, use_ema=True), "mse")
    data = array(4, 3), array(4, 2, seed=1)
    model.fit(*data, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for one in (model, loaded):
        one.train_on_batch(*data)
    pairs = zip(model.optimizer.variables, loaded.optimizer.variables, strict=True)
    for one, other in pairs:
        np.testing.assert_array_equal(to_numpy(one), to_numpy(other))
