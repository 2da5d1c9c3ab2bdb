"""An MLP of many rows, some after the others on PyTorch, is the MLP of all of them."""

import keras
import numpy as np
import pytest

from keras_vit.layers import MLP, fast_paths
from tests.helpers import array, gradients, randomize

TOKENS, CHANNELS, HIDDEN = (3, 31), 11, 53


@pytest.fixture
def layer():
    layer = MLP(HIDDEN)
    layer.build((*TOKENS, CHANNELS))
    randomize(layer)
    return layer


@pytest.fixture
def rows_of_calls(layer, monkeypatch):
    """How many rows the MLP saw at each call."""
    rows = []
    original = layer._on_rows

    def seen(x, training):
        rows.append(x.shape[0])
        return original(x, training)

    monkeypatch.setattr(layer, "_on_rows", seen)
    return rows


@pytest.mark.parametrize("training", [False, True])
def test_values_and_gradients(layer, training, rows_of_calls, monkeypatch):
    x, upstream = array(*TOKENS, CHANNELS, seed=7), array(*TOKENS, CHANNELS, seed=8)

    def results():
        value = layer(x, training=training)
        slope = gradients(lambda x: layer(x, training=training), [x], upstream)
        return keras.ops.convert_to_numpy(value), *slope

    expected = results()
    assert set(rows_of_calls) == {93}
    rows_of_calls.clear()
    monkeypatch.setattr(fast_paths, "LARGEST_BLOCK", 20 * HIDDEN * 4)  # of 20 rows
    for got, all_at_once in zip(results(), expected, strict=True):
        np.testing.assert_allclose(got, all_at_once, rtol=1e-4, atol=1e-4)
    in_pieces = keras.backend.backend() == "torch"
    assert rows_of_calls == 2 * ([19, 19, 19, 18, 18] if in_pieces else [93])


def test_no_rows(layer):
    assert tuple(layer(array(0, 31, CHANNELS)).shape) == (0, 31, CHANNELS)
