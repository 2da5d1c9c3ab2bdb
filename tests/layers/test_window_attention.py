"""Windows, shifts and padding against attention over each window by itself."""

import numpy as np
import pytest

from keras_vit import layers, windows
from tests.helpers import array, randomize, relative_difference, to_numpy


def built(shape, *arguments, **options):
    layer = layers.WindowAttention(3, *arguments, **options)
    layer.build((None, *shape))
    randomize(layer)
    return layer


def by_hand(layer, x, window, shift, padded):
    """Pad, roll, and attend in each window with a plain mask, in loops."""
    height, width = x.shape[1:3]
    x = np.pad(x, ((0, 0), (0, padded[0] - height), (0, padded[1] - width), (0, 0)))
    x = np.roll(x, (-shift[0], -shift[1]), axis=(1, 2))
    table = to_numpy(layer.relative_position_bias_table)
    bias = table[windows.relative_position_index(window)].transpose(2, 0, 1)
    mask = windows.shifted_window_mask(*padded, window, shift)
    y = np.zeros_like(x)
    number = 0
    for row in range(0, padded[0], window[0]):
        for column in range(0, padded[1], window[1]):
            part = np.s_[:, row : row + window[0], column : column + window[1]]
            tokens = x[part].reshape(len(x), -1, x.shape[-1])
            y[part] = to_numpy(
                layer.attention(
                    tokens, attention_bias=bias, attention_mask=mask[number]
                )
            ).reshape(x[part].shape)
            number += 1
    return np.roll(y, shift, axis=(1, 2))[:, :height, :width]


@pytest.mark.parametrize(
    ("size", "window", "shift", "used", "padded"),
    [
        ((6, 10), (3, 5), (0, 0), ((3, 5), (0, 0)), (6, 10)),
        ((6, 10), (3, 5), (1, 2), ((3, 5), (1, 2)), (6, 10)),
        ((7, 11), (3, 4), (1, 2), ((3, 4), (1, 2)), (9, 12)),
        ((5, 13), (7, 7), (3, 3), ((5, 7), (0, 3)), (5, 14)),
        ((3, 2), (7, 7), (3, 3), ((3, 2), (0, 0)), (3, 2)),
    ],
    ids=["W-MSA", "SW-MSA", "padded", "one axis shrinks", "window over the map"],
)
def test_equals_attention_in_each_window(size, window, shift, used, padded):
    layer = built((*size, 12), window, shift)
    layout = layer.layout(*size)
    assert (layout.window, layout.shift) == used
    assert layout.padded == padded
    x = array(2, *size, 12)
    expected = by_hand(layer, x, *used, padded)
    assert relative_difference(to_numpy(layer(x)), expected) < 1e-5


def test_scores_have_an_axis_for_windows_and_sum_to_one():
    layer = built((7, 10, 12), 4, 2)
    attended, scores = layer(array(5, 7, 10, 12), return_attention_scores=True)
    assert scores.shape == (5, 2 * 3, 3, 16, 16)
    np.testing.assert_allclose(to_numpy(scores).sum(axis=-1), 1, rtol=1e-5)
    again = to_numpy(layer(array(5, 7, 10, 12)))
    assert relative_difference(to_numpy(attended), again) < 1e-5


def test_shift_lets_windows_see_each_other():
    """A change in one corner of a window moves others only where windows overlap."""
    x = array(1, 8, 8, 12)
    changed = x.copy()
    changed[:, 3, 3] += 1
    for shift, reach in ((0, np.s_[0:4, 0:4]), (2, np.s_[2:6, 2:6])):
        layer = built((8, 8, 12), 4, shift)
        moved = np.abs(to_numpy(layer(changed)) - to_numpy(layer(x))).max(axis=-1)[0]
        inside = np.zeros((8, 8), bool)
        inside[reach] = True
        assert (moved[inside] > 1e-4).all()
        assert (moved[~inside] < 1e-6).all()


def test_without_bias_there_is_no_table():
    layer = built((6, 10, 12), (3, 5), 1, relative_position_bias=False)
    assert not [w for w in layer.weights if "table" in w.path]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"window_size": 4, "shift_size": 4}, "below .window_size.*shift_size=4"),
        ({"window_size": (4, 2), "shift_size": (1, 2)}, "below .window_size"),
        ({"window_size": 4, "shift_size": -1}, "at least 0.*-1"),
        ({"window_size": 0}, "at least 1.*window_size=0"),
        ({"window_size": (2, 3, 4)}, "pair of ints"),
        ({"window_size": 2.5}, "pair of ints"),
        ({"window_size": np.array([2, 3, 4])}, "pair of ints"),
        ({"window_size": np.array([[2, 3]])}, "pair of ints"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        layers.WindowAttention(3, **arguments)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((None, 6, 10), "height, width, channels"),
        ((2, 6, 10, None), "known last axis"),
        ((2, 6, 10, 13), "divisible by .num_heads"),
    ],
)
def test_bad_input_shape(shape, message):
    with pytest.raises(ValueError, match=message):
        layers.WindowAttention(3, 4).build(shape)
