"""The head's answer for each patch: head(norm(token)) of each block's tokens."""

import keras
import numpy as np
import pytest

from keras_vit import inspection
from tests.helpers import relative_difference
from tests.inspection.by_numpy import BY_NUMPY, softmax
from tests.inspection.models import backbone, images, scattered
from tests.models.small import SHAPES

CLOSE = 2e-5


def by_hand(kind, model, photographs, blocks=slice(None)):
    """(layers, B, tokens or rows and columns, classes) in logits."""
    forward = BY_NUMPY[kind](model, photographs)
    tokens = [forward.norm(x, "norm") for x in forward.tokens[blocks]]
    return np.stack([forward.dense(x, "head") for x in tokens])


@pytest.mark.parametrize("pooling", ["token", "avg"])
def test_vit(pooling):
    model, photographs = backbone("vit", pooling=pooling), images("vit", count=3)
    lens = inspection.logit_lens(model, photographs)
    assert lens.shape == (2, 3, 3, 5, 7) and lens.dtype == "float32"
    expected = by_hand("vit", model, photographs)[:, :, 1:]
    assert relative_difference(lens.reshape(expected.shape), expected) < CLOSE


def test_norm_after_pooling_and_probabilities():
    model, photographs = (
        backbone(
            "vit",
            pooling="avg",
            norm_after_pooling=True,
            classifier_activation="softmax",
        ),
        images("vit"),
    )
    lens = inspection.logit_lens(model, photographs)
    expected = softmax(by_hand("vit", model, photographs)[:, :, 1:])
    assert relative_difference(lens.reshape(expected.shape), expected) < CLOSE
    np.testing.assert_allclose(lens.sum(axis=-1), 1, rtol=1e-5)


def test_swin():
    model, photographs = backbone("swin"), images("swin")
    lens = inspection.logit_lens(model, photographs)
    assert lens.shape == (2, 2, 4, 5, 7)
    expected = by_hand("swin", model, photographs, slice(2, None))
    assert relative_difference(lens, expected) < CLOSE


HEADS = {
    "first token": lambda tokens: tokens[:, 0],
    "mean of patches": lambda tokens: keras.layers.GlobalAveragePooling1D()(
        tokens[:, 1:]
    ),
}


@pytest.mark.parametrize("head", HEADS)
def test_head_of_ones_own(head):
    """On a model without the top, nested, with a layer before and two after."""
    body, photographs = backbone("vit", include_top=False), images("vit")
    image = keras.Input(SHAPES["vit"])
    x = HEADS[head](body(keras.layers.Rescaling(0.5)(image)))
    x = keras.layers.Dense(5, name="hidden")(x)
    model = keras.Model(image, keras.layers.Dense(4, name="last")(x))
    for name in ("hidden", "last"):
        scattered(model.get_layer(name))
    lens = inspection.logit_lens(model, photographs)
    forward = normed_tokens(body, photographs / 2)
    assert lens.shape == (2, 2, 3, 5, 4)
    for number, tokens in enumerate(forward):
        answer = keras.ops.convert_to_numpy(
            model.get_layer("last")(model.get_layer("hidden")(tokens[:, 1:]))
        )
        got = lens[number].reshape(answer.shape)
        assert relative_difference(got, answer) < CLOSE


def normed_tokens(body, photographs):
    """Normalized tokens after each block of a model without a head."""
    norm = body.get_layer("norm")
    outputs = [body.get_layer(f"encoder_block_{n}").output for n in (0, 1)]
    tokens = keras.Model(body.input, outputs).predict_on_batch(photographs)
    return [keras.ops.convert_to_numpy(norm(x)) for x in tokens]


def test_models_without_a_classifier():
    photographs = images("vit")
    for model in (
        backbone("vit", include_top=False),
        keras.Sequential(
            [
                keras.Input(SHAPES["vit"]),
                backbone("vit", include_top=False),
                keras.layers.Flatten(),
                keras.layers.Dense(3),
            ]
        ),
    ):
        with pytest.raises(ValueError, match="classifier of pooled tokens"):
            inspection.logit_lens(model, photographs)
