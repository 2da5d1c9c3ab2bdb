"""Solutions of notebook 3, the class token and pooling."""

import keras
import numpy as np

import keras_vit

SIZES = {
    "input_shape": (16, 16, 3),
    "patch_size": 8,
    "hidden_dim": 12,
    "num_layers": 1,
    "num_heads": 3,
    "mlp_dim": 24,
    "classes": 5,
}


def predict():
    """768 numbers (and as many for its position); 197² for 196²: one per cent more."""
    layer = keras_vit.layers.ClassToken()
    layer.build((None, 196, 768))
    assert layer.count_params() == 768
    assert round(197**2 / 196**2, 3) == 1.010


def change():
    """Behind the class token and before the patches; the mean leaves them out."""
    model = keras_vit.VisionTransformer(**SIZES, num_register_tokens=4, pooling="avg")
    assert model.get_layer("encoder_block_0").output.shape == (None, 1 + 4 + 4, 12)
    x = np.random.default_rng(0).normal(size=(1, 9, 12)).astype("float32")
    pooled = keras.ops.convert_to_numpy(model.get_layer("pooling")(x))
    assert np.allclose(pooled, x[:, 5:].mean(axis=1), atol=1e-6)


def explore():
    """The same for the token, which is normalized by itself; not for the mean."""
    images = np.random.default_rng(0).normal(size=(2, 16, 16, 3)).astype("float32")
    for pooling, same in (("token", True), ("avg", False)):
        outputs = []
        for after in (False, True):
            keras.utils.set_random_seed(0)
            model = keras_vit.VisionTransformer(
                **SIZES, include_top=False, pooling=pooling, norm_after_pooling=after
            )
            outputs.append(model.predict(images, verbose=0))
        assert np.allclose(*outputs, atol=1e-5) is same


if __name__ == "__main__":
    predict()
    change()
    explore()
