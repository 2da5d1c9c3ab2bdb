"""Solutions of notebook 7, looking inside."""

import numpy as np

import keras_vit
from keras_vit import inspection, teaching

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


def photographs():
    """The 14 photographs that the small ViT knows, as it takes them."""
    return keras_vit.preprocess_input(
        teaching.photographs(size=224), "dinov2", "ViTS14", image_size=224
    )


def change():
    """No single head is needed: all photographs are still named right.

    The head whose loss costs most, of the last block, takes a fortieth of the certainty.
    """
    model, truth = teaching.small_vit(image_size=224), np.arange(14)
    for heads in ([(0, 0)], [(4, 1)]):
        without = inspection.knock_out(model, heads=heads)
        answers = without.predict(photographs(), verbose=0)
        assert np.array_equal(answers.argmax(axis=-1), truth)
        assert answers[truth, truth].mean() > 0.95


def explore():
    """Most say "cat" at once, hardly any after the third block, most in the end.

    The lens reads with the head of the last block what an earlier one wrote: in the
    middle that need not mean anything.
    """
    cat = teaching.PHOTOGRAPHS.index("cat")
    lens = inspection.logit_lens(
        teaching.small_vit(image_size=224), photographs()[cat : cat + 1]
    )
    says_cat = (lens.argmax(axis=-1) == cat).mean(axis=(1, 2, 3))  # one a block
    assert says_cat[2] < 0.2 < 0.8 < says_cat[-1]


if __name__ == "__main__":
    predict()
    change()
    explore()
