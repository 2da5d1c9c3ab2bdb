"""Solutions of notebook 10, merging and hierarchy."""

import keras
import numpy as np
from keras import ops

import keras_vit
from keras_vit import inspection


def predict():
    """57 x 25, 29 x 13, 15 x 7 and 8 x 4: halves, rounded up."""
    model = keras_vit.SwinTransformer(
        include_top=False,
        input_shape=(225, 100, 3),
        hidden_dim=4,
        depths=(1, 1, 1, 1),
        num_heads=(1, 1, 1, 1),
    )
    maps = inspection.feature_extractor(model, "stages").outputs
    sides = [(57, 25), (29, 13), (15, 7), (8, 4)]
    assert [tuple(one.shape[1:3]) for one in maps] == sides


def change():
    """A convolution of 2 x 2 with stride 2; W counts columns before rows, it does not."""
    C = 5
    merging = keras_vit.layers.PatchMerging()
    merging.build((None, None, None, C))
    W = ops.convert_to_numpy(merging.reduction.kernel)  # (4C, 2C)
    kernel = W.reshape(2, 2, C, 2 * C).swapaxes(0, 1)  # (column, row) to (row, column)
    x = np.random.default_rng(0).normal(size=(1, 4, 6, C)).astype("float32")
    order = [(0, 0), (1, 0), (0, 1), (1, 1)]
    joined = np.concatenate([x[:, r::2, c::2] for r, c in order], axis=-1)
    convolved = ops.conv(x, kernel, strides=2, data_format="channels_last")
    difference = np.abs(ops.convert_to_numpy(convolved) - joined @ W).max()
    assert difference < 1e-5


def explore():
    """To the rim of their window: twice as far with each merging, no farther in between."""
    model = keras_vit.SwinTransformer(
        include_top=False,
        input_shape=(64, 64, 3),
        window_size=4,
        hidden_dim=4,
        depths=(2, 2, 1),
        num_heads=(1, 1, 1),
        shifted_windows=False,
    )
    fields = inspection.receptive_field(model, (29, 22)) > 0
    assert [int(field.any(axis=1).sum()) for field in fields] == [16, 16, 32, 32, 64]
    # A neighbor across a border of windows is as far away as any other pixel.
    assert fields[1][16:32, 16:32].all() and fields[1].sum() == 16 * 16
    assert fields[3][:32, :32].all() and fields[3].sum() == 32 * 32


if __name__ == "__main__":
    keras.utils.set_random_seed(0)
    predict()
    change()
    explore()
