"""Solutions of notebook 9, relative position bias."""

import numpy as np
from keras import ops

from keras_vit.layers import WindowAttention
from keras_vit.windows import relative_position_index


def predict():
    """169 offsets a head, 138 heads in all: 23,322 numbers, a thousandth of Swin-T."""
    heads = sum(d * h for d, h in zip((2, 2, 6, 2), (3, 6, 12, 24), strict=True))
    assert heads == 138
    assert heads * 13 * 13 == 23_322
    assert 23_322 / 28_288_354 < 0.001


def change():
    """On square windows it is the same stride; wide ones collide, tall ones run over."""

    def index(rows, columns, stride):
        grid = [(r, c) for r in range(rows) for c in range(columns)]
        return np.array(
            [
                [(r - s + rows - 1) * stride + c - d + columns - 1 for s, d in grid]
                for r, c in grid
            ]
        )

    right = relative_position_index((2, 3))
    assert np.array_equal(index(2, 3, stride=5), right)
    assert np.array_equal(index(3, 3, stride=5), relative_position_index((3, 3)))
    wrong = index(2, 3, stride=3)
    assert len(np.unique(wrong)) < len(np.unique(right))
    assert index(3, 2, stride=5).max() >= 5 * 3  # no such row in the table


def explore():
    """It looks at itself: all other offsets are pushed down."""
    layer = WindowAttention(num_heads=1, window_size=4)
    layer.build((None, 4, 4, 8))
    offsets = np.arange(-3, 4)
    table = -10.0 * (offsets[:, None] ** 2 + offsets[None, :] ** 2)
    layer.relative_position_bias_table.assign(table.reshape(-1, 1))
    x = np.random.default_rng(0).normal(size=(1, 4, 4, 8)).astype("float32")
    _, scores = layer(x, return_attention_scores=True)
    scores = ops.convert_to_numpy(scores)[0, 0, 0]
    assert np.all(np.diag(scores) > 0.99)


if __name__ == "__main__":
    predict()
    change()
    explore()
