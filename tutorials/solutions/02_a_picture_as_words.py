"""Solutions of notebook 2, a picture as words."""

import numpy as np
import pytest

from keras_vit.layers import PatchEmbedding


def predict():
    """576 tokens for 196: dense layers cost 2.9 times, attention 8.6 times as much."""
    few, many = (224 // 16) ** 2, (384 // 16) ** 2
    assert (few, many) == (196, 576)
    assert round(many / few, 1) == 2.9
    assert round((many / few) ** 2, 1) == 8.6


def change():
    """The first "patch" is a strip: 16 pixels from each of 14 ... of the first rows."""
    rows = columns = 3
    p = 2
    image = np.arange(rows * p * columns * p).reshape(rows * p, columns * p)
    right = image.reshape(rows, p, columns, p).swapaxes(1, 2).reshape(-1, p * p)
    wrong = image.reshape(rows, p, columns, p).reshape(-1, p * p)
    assert right[0].tolist() == [0, 1, 6, 7]  # a square
    assert wrong[0].tolist() == [0, 1, 2, 3]  # four pixels of one row


def explore():
    """It names the sizes that do not divide; `pad=True` fills up with zeros."""
    image = np.zeros((1, 224, 230, 3), "float32")
    with pytest.raises(ValueError, match="230"):
        PatchEmbedding(hidden_dim=8, patch_size=16)(image)
    padded = PatchEmbedding(hidden_dim=8, patch_size=16, pad=True)(image)
    assert padded.shape == (1, 14 * 15, 8)


if __name__ == "__main__":
    predict()
    change()
    explore()
