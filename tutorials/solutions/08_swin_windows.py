"""Solutions of notebook 8, attention in windows."""

import numpy as np
from keras import ops

from keras_vit.layers import WindowAttention
from keras_vit.windows import shifted_window_mask


def predict():
    """3 x 4 windows on a padded map of 12 x 16: 192 places, 42 of them padding."""
    layer = WindowAttention(2, window_size=4)
    layer.build((None, 10, 15, 8))
    layout = layer.layout(10, 15)
    assert layout.windows == 12
    assert tuple(layout.padded) == (12, 16)
    assert 12 * 16 - 10 * 15 == 42


def change():
    """The windows at the seam alone: in all others the mask lets everything pass."""
    mask = shifted_window_mask(6, 9, (3, 3), (1, 1)).reshape(2, 3, 9, 9)
    changed = ~mask.all(axis=(-1, -2))
    assert changed.tolist() == [[False, False, True], [True, True, True]]


def explore():
    """It shrinks to the map along that axis, and does not shift there."""
    layer = WindowAttention(2, window_size=7, shift_size=3)
    x = np.random.default_rng(0).normal(size=(1, 5, 9, 8)).astype("float32")
    assert ops.convert_to_numpy(layer(x)).shape == x.shape
    layout = layer.layout(5, 9)
    assert tuple(layout.window) == (5, 7)
    assert tuple(layout.shift) == (0, 3)


if __name__ == "__main__":
    predict()
    change()
    explore()
