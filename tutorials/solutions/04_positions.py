"""Solutions of notebook 4, positions."""

import keras
import numpy as np

import keras_vit
from keras_vit import inspection
from keras_vit.layers import PositionEmbedding

SIZES = {"hidden_dim": 16, "num_layers": 1, "num_heads": 2, "mlp_dim": 16}


def predict():
    """1-D: 197 x 768 = 151,296. 2-D: 2 x 14 x 384, and 768 of the class token."""
    counts = {}
    for kind in ("learned", "learned_2d"):
        layer = PositionEmbedding(kind, grid_size=(14, 14), num_prefix_tokens=1)
        layer.build((None, 197, 768))
        counts[kind] = layer.count_params()
    assert counts == {"learned": 151_296, "learned_2d": 2 * 14 * 384 + 768}


def change():
    """At the place itself; in rows and columns it falls evenly at first."""
    model = keras_vit.VisionTransformer(
        input_shape=(56, 56, 3), patch_size=8, position_embedding="sincos_2d", **SIZES
    )
    middle = inspection.position_similarity(model)[3, 3]
    assert middle.argmax() == 3 * 7 + 3
    assert middle[3, 3] > middle[3, 4] > middle[3, 5]
    assert np.allclose(middle, middle.T, atol=1e-5)


def explore():
    """No: learned positions are numbers of tokens, and any fixed order is as good.

    Shuffling patches and positions alike changes nothing at all.
    """
    model = keras_vit.VisionTransformer(input_shape=(8, 8, 1), patch_size=2, **SIZES)
    order = np.random.default_rng(0).permutation(16)
    images = np.random.default_rng(1).normal(size=(3, 8, 8, 1)).astype("float32")
    patches = images.reshape(3, 4, 2, 4, 2).swapaxes(2, 3).reshape(3, 16, 2, 2)
    mixed = patches[:, order].reshape(3, 4, 4, 2, 2).swapaxes(2, 3).reshape(3, 8, 8, 1)
    before = model.predict(images, verbose=0)
    embedding = model.get_layer("position_embedding").embedding
    table = keras.ops.convert_to_numpy(embedding)
    embedding.assign(np.concatenate([table[:1], table[1:][order]]))
    assert np.allclose(before, model.predict(mixed, verbose=0), atol=1e-5)


if __name__ == "__main__":
    predict()
    change()
    explore()
