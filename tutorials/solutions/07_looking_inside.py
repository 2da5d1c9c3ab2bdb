"""Solutions of notebook 7, looking inside."""

import keras
import numpy as np

import keras_vit
from keras_vit import inspection

SIZES = {
    "input_shape": (16, 24, 3),
    "patch_size": 8,
    "hidden_dim": 12,
    "num_layers": 2,
    "num_heads": 3,
    "mlp_dim": 24,
    "classes": 5,
}


def images():
    return np.random.default_rng(0).normal(size=(2, 16, 24, 3)).astype("float32")


def predict():
    """Each patch gets the same: 1/2 of 1/7 in the first block, 3/4 of it in the end.

    With A = 1/7 everywhere, A² = A, so ((A + I) / 2)² = (3 A + I) / 4: of the class
    token's row each patch has 3/4 of 1/7.
    """
    model = keras_vit.VisionTransformer(**SIZES)
    for block in range(2):
        attention = model.get_layer(f"encoder_block_{block}").attention
        for dense in (attention.query_dense, attention.key_dense):
            dense.set_weights([np.zeros_like(w) for w in dense.get_weights()])
    rollout = inspection.attention_rollout(model, images())
    assert np.allclose(rollout, 0.75 / 7, atol=1e-6)


def change():
    """A model without a head is another model; without all heads, blocks are MLPs."""
    model = keras_vit.VisionTransformer(**SIZES)
    without = inspection.knock_out(model, heads=[(0, 0)])
    before, after = (
        model.predict(images(), verbose=0),
        without.predict(images(), verbose=0),
    )
    assert before.shape == after.shape
    assert np.abs(before - after).max() > 1e-6


def explore():
    """The lens after the last block, at the class token's own head, is per patch."""
    model = keras_vit.VisionTransformer(**SIZES)
    lens = inspection.logit_lens(model, images())
    last = keras.ops.convert_to_numpy(lens[-1])
    assert last.shape[-1] == 5


if __name__ == "__main__":
    predict()
    change()
    explore()
