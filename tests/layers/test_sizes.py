"""A layer that was built on one size is right on another, or says that it cannot."""

import keras
import numpy as np
import pytest

from keras_vit import layers
from tests.helpers import array, randomize, relative_difference, to_numpy
from tests.layers.test_contract import CASES, every_layer

CHANGES = {
    "larger": lambda side: 2 * side + 1,
    "smaller": lambda side: max(side - 2, 1),
    "one": lambda side: 1,
}
# What has a table of the distances within its own size, which others are cut from.
HAS_DISTANCES = ("WindowAttention", "SwinBlock", "EncoderBlock", "MultiHead")


def built(make, shape):
    layer = make()
    layer.build((None, *shape))
    randomize(layer)
    return layer


@every_layer
@pytest.mark.parametrize("change", CHANGES)
def test_another_size_is_right_or_an_error(case, change):
    make, shape, _ = CASES[case]
    layer = built(make, shape)
    other = (*map(CHANGES[change], shape[:-1]), shape[-1])
    x = array(2, *other, seed=1)
    there = make()
    try:
        there.build((None, *other))
        shapes = [w.shape for w in there.weights]
    except ValueError:
        shapes = None
    if shapes == [w.shape for w in layer.weights]:
        there.set_weights(layer.get_weights())
        assert relative_difference(to_numpy(layer(x)), to_numpy(there(x))) < 1e-6
    elif change == "larger" or not case.startswith(HAS_DISTANCES):
        with pytest.raises(ValueError, match="Received"):
            layer(x)


@every_layer
@pytest.mark.parametrize("channels", [1, 21])
def test_another_last_axis_is_an_error(case, channels):
    make, shape, _ = CASES[case]
    layer = built(make, shape)
    if not layer.weights:
        return
    with pytest.raises(ValueError, match="received input with shape"):
        layer(array(2, *shape[:-1], channels))


def table_of(layer, window, smaller):
    """The bias table of a smaller window: the offsets that it has, one by one."""
    rows, columns = (2 * side - 1 for side in window)
    table = to_numpy(layer.relative_position_bias_table)
    table = table.reshape(rows, columns, -1)
    down, right = (a - b for a, b in zip(window, smaller, strict=True))
    cut = table[down : rows - down, right : columns - right]
    return cut.reshape(-1, table.shape[-1])


MAPS = [(8, 10), (12, 16), (7, 11), (3, 9), (2, 9), (9, 4), (2, 3), (1, 1)]


@pytest.mark.parametrize("size", MAPS)
@pytest.mark.parametrize("known", [True, False], ids=["on a map", "on any map"])
def test_windows_on_a_map_of_another_size(size, known):
    """The window shrinks to the map, and its table is the other's center."""
    window, shift = (3, 4), (1, 2)

    def make():
        return layers.WindowAttention(3, window, shift)

    layer = built(make, (8, 10, 12) if known else (None, None, 12))
    assert layer.table_window == window
    there = built(make, (*size, 12))
    inner = [w for w in layer.weights if "table" not in w.path]
    targets = [w for w in there.weights if "table" not in w.path]
    for weight, target in zip(inner, targets, strict=True):
        target.assign(weight)
    used = there.table_window
    there.relative_position_bias_table.assign(table_of(layer, window, used))
    x = array(2, *size, 12, seed=1)
    for got, expected in zip(
        layer(x, return_attention_scores=True),
        there(x, return_attention_scores=True),
        strict=True,
    ):
        assert relative_difference(to_numpy(got), to_numpy(expected)) < 1e-6


@pytest.mark.parametrize("bias", [True, False])
def test_a_window_that_shrank_when_it_was_built(bias):
    """Without its larger offsets a layer can do what fits, and says so of the rest."""
    layer = built(
        lambda: layers.WindowAttention(3, (7, 3), (3, 1), relative_position_bias=bias),
        (5, 6, 12),
    )
    assert layer.table_window == (5, 3)
    assert layer(array(2, 4, 9, 12)).shape == (2, 4, 9, 12)
    x = array(2, 6, 9, 12)
    if bias:
        with pytest.raises(ValueError, match=r"\(7, 3\) was shrunk to \(5, 3\).*6x9"):
            layer(x)
    else:
        there = built(
            lambda: layers.WindowAttention(
                3, (7, 3), (3, 1), relative_position_bias=False
            ),
            (6, 9, 12),
        )
        assert relative_difference(to_numpy(layer(x)), to_numpy(there(x))) < 1e-6


def test_models_of_any_map():
    """Of a second size on, TensorFlow runs a function that knows neither side."""
    inputs = keras.Input((None, None, 3))
    x = layers.PatchEmbedding(12, 2, flatten=False, pad=True)(inputs)
    x, scores = layers.SwinBlock(3, 11, (3, 4), (1, 2))(x, return_attention_scores=True)
    x = layers.PatchMerging()(x)
    model = keras.Model(inputs, [x, scores])
    assert x.shape == (None, None, None, 24)
    assert scores.shape == (None, None, 3, None, None)
    randomize(model)
    sizes = [(8, 8), (11, 21), (4, 19), (5, 3)]
    if keras.backend.backend() != "tensorflow":
        sizes = sizes[1:2]  # as any other
    for height, width in sizes:
        images = array(2, height, width, 3, seed=1)
        got, of_windows = model.predict(images, verbose=0)
        expected, all_scores = map(to_numpy, model(images))
        rows, columns = -(-height // 2), -(-width // 2)
        assert got.shape == (2, -(-rows // 2), -(-columns // 2), 24)
        assert relative_difference(got, expected) < 1e-5
        assert relative_difference(of_windows, all_scores) < 1e-5


def test_distances_among_fewer_tokens():
    layer = built(
        lambda: layers.MultiHeadSelfAttention(3, relative_position=True), (7, 15)
    )
    there = built(
        lambda: layers.MultiHeadSelfAttention(3, relative_position=True), (5, 15)
    )
    for weight, target in zip(layer.weights, there.weights, strict=True):
        is_table = weight is layer.relative_position_table
        target.assign(to_numpy(weight)[2:-2] if is_table else weight)
    x = array(2, 5, 15, seed=1)
    assert relative_difference(to_numpy(layer(x)), to_numpy(there(x))) < 1e-6


def test_tokens_of_unknown_number():
    """From a second number of tokens on, TensorFlow knows none."""
    tokens = keras.Input((None, 15))
    x, scores = layers.EncoderBlock(3, 11)(tokens, return_attention_scores=True)
    x = layers.TokenPooling("avg", 1)(layers.ClassToken()(x))
    model = keras.Model(tokens, [x, scores])
    assert scores.shape == (None, 3, None, None)
    randomize(model)
    for count in (7, 5, 1) if keras.backend.backend() == "tensorflow" else (7,):
        x = array(2, count, 15, seed=1)
        for got, expected in zip(model.predict(x, verbose=0), model(x), strict=True):
            assert relative_difference(got, to_numpy(expected)) < 1e-5


@pytest.mark.parametrize(
    ("make", "shape", "message"),
    [
        (lambda: layers.PatchEmbedding(11, (3, 2)), (None, None, 5), "pad=True"),
        (
            lambda: layers.MultiHeadSelfAttention(3, relative_position=True),
            (None, 15),
            "known number of tokens",
        ),
    ],
)
def test_sizes_that_have_to_be_known(make, shape, message):
    with pytest.raises(ValueError, match=message):
        make()(keras.Input(shape))


def test_masks_of_many_sizes_are_not_kept():
    layer = built(lambda: layers.WindowAttention(3, 2, 1), (4, 4, 12))
    first = layer.layout(4, 4)
    assert layer.layout(4, 4) is first
    for width in range(5, 105):
        assert layer.layout(4, width).padded == (4, width + width % 2)
    assert layer.layout(4, 4) is not first
    np.testing.assert_array_equal(layer.layout(4, 4).mask, first.mask)
