"""AdamW moves every trainable weight of every model, in every precision."""

import numpy as np
import pytest

from keras_vit.training import AdamW
from tests.helpers import array, to_numpy
from tests.models.small import SHAPES, small_swin, small_vit

DTYPES = ("float32", "bfloat16", "float16", "mixed_bfloat16", "mixed_float16")
VIT = {"num_layers": 1, "num_register_tokens": 2, "layer_scale_init": 0.1}
MODELS = {
    "learned": lambda **kw: small_vit(**VIT, **kw),
    "learned_2d": lambda **kw: small_vit(position_embedding="learned_2d", **VIT, **kw),
    "relative": lambda **kw: small_vit(position_embedding="relative", **VIT, **kw),
    "Swin": lambda **kw: small_swin(
        depths=(1, 1), absolute_position_embedding=True, **kw
    ),
}
CASES = [(kind, dtype) for kind in ("learned", "Swin") for dtype in DTYPES]
CASES += [(kind, "bfloat16") for kind in ("learned_2d", "relative")]


@pytest.mark.parametrize(("kind", "dtype"), CASES)
def test_every_weight_moves(kind, dtype):
    model = MODELS[kind](dtype=dtype)
    model.get_layer("head").kernel.assign(array(12, 7))
    model.compile(AdamW(0.03, weight_decay=1e-9), "sparse_categorical_crossentropy")
    before = [to_numpy(weight) for weight in model.trainable_weights]
    images = array(7, *SHAPES["swin" if kind == "Swin" else "vit"])
    # A loss that is scaled too much overflows, and the first steps are left out.
    for _ in range(16):
        model.train_on_batch(images, np.arange(7))
    for weight, old in zip(model.trainable_weights, before, strict=True):
        new = to_numpy(weight)
        assert np.isfinite(new).all(), weight.path
        if weight.path.endswith("key/bias"):
            continue  # it adds the same to all logits of a query: softmax ignores it
        # One token is pooled, and of the relative table it sees the half before it.
        assert (new != old).mean() >= 0.5, weight.path
        assert np.abs(new - old).max() > 0.01, weight.path
