"""Relevance for a class, its gradients held against finite differences."""

import functools

import keras
import numpy as np
import pytest

from keras_vit import inspection
from tests.helpers import relative_difference
from tests.inspection import by_numpy
from tests.inspection.models import backbone, held, images
from tests.models.small import SHAPES

STEP = 1e-4


def differences(forward, scores, image, label):
    """The logit's derivative by each score of an image, block by block.

    Args:
        forward: function of images and what is added to the scores of each block.
        scores: of each block, `(1, H, P, P)`; those that are 0 are left alone.
        image: `(1, ...)`.
        label: whose logit.
    """
    results = []
    for number, one in enumerate(scores):
        at = np.argwhere(one[0])
        added = [np.zeros(1)] * len(scores)
        added[number] = np.zeros((len(at), *one.shape[1:]))
        added[number][(np.arange(len(at)), *at.T)] = STEP
        many = np.repeat(image, len(at), axis=0)
        plus = forward(many, added=added).answer[:, label]
        added[number] = -added[number]
        minus = forward(many, added=added).answer[:, label]
        gradient = np.zeros(one.shape)
        gradient[(np.zeros(len(at), int), *at.T)] = (plus - minus) / (2 * STEP)
        results.append(gradient)
    return results


def relevance(scores, gradients, sizes=None):
    """R = R + mean(max(0, A * gradient)) R over the blocks, less the identity."""
    total = identity = np.eye(scores[0].shape[-1])
    for number, (one, gradient) in enumerate(zip(scores, gradients, strict=True)):
        if sizes and number and sizes[number] != sizes[number - 1]:
            merging = by_numpy.merging_matrix(sizes[number - 1])
            total, identity = merging @ total, merging @ identity
        total = total + np.maximum(one * gradient, 0)[0].mean(axis=0) @ total
    return total - identity


def test_vit():
    model, photographs = backbone("vit"), images("vit")
    forward = functools.partial(by_numpy.vit, model, patch=(3, 2), heads=3)
    got = inspection.class_attention(model, photographs, classes=[4, 1])
    assert got.shape == (2, 3, 5) and got.dtype == "float32" and (got >= 0).all()
    for number, label in enumerate((4, 1)):
        image = photographs[number : number + 1]
        scores = forward(image).scores
        gradients = differences(forward, scores, image, label)
        expected = relevance(scores, gradients)[0, 1:].reshape(3, 5)
        assert relative_difference(got[number], expected) < 1e-4


def tiny_swin():
    """Maps of 3 x 5 and 2 x 3, windows of 2 x 3, with padding and a shift."""
    return backbone(
        "swin",
        input_shape=(5, 10, 5),
        window_size=(2, 3),
        depths=(2, 1),
        num_heads=(2, 3),
    )


def test_swin_on_the_plane():
    model = tiny_swin()
    image = np.random.default_rng(0).normal(size=(1, 5, 10, 5)).astype("float32")
    forward = functools.partial(
        by_numpy.swin,
        model,
        patch=(2, 2),
        heads=(2, 3),
        window=(2, 3),
        depths=(2, 1),
    )
    seen = forward(image)
    padded = [scores for scores, _ in seen.padded]
    gradients = differences(forward, padded, image, 3)
    gradients = [
        gradient[:, :, real][..., real]
        for gradient, (_, real) in zip(gradients, seen.padded, strict=True)
    ]
    expected = relevance(seen.scores, gradients, seen.between).mean(axis=0)
    got = inspection.class_attention(model, image, classes=3)
    assert got.shape == (1, 3, 5)
    assert relative_difference(got.reshape(-1), expected) < 1e-4


ENDS = {
    "softmax": lambda x: keras.layers.Dense(7, activation="softmax", name="end")(x),
    "layer": lambda x: keras.layers.Softmax()(keras.layers.Dense(7, name="end")(x)),
    "logits": lambda x: keras.layers.Dense(7, name="end")(x),
}


def test_logits_are_differentiated_whatever_the_model_ends_in():
    body, photographs = (
        backbone("vit", include_top=False, pooling="token"),
        images("vit"),
    )
    rng, maps = np.random.default_rng(0), {}
    kernel = rng.normal(size=(12, 7))
    for name, end in ENDS.items():
        image = keras.Input(SHAPES["vit"])
        model = keras.Model(image, end(body(image)))
        model.get_layer("end").set_weights([kernel, np.zeros(7)])
        before = model.predict_on_batch(photographs)
        maps[name] = inspection.class_attention(model, photographs, 2)
        assert np.array_equal(model.predict_on_batch(photographs), before)
    for name in ("softmax", "layer"):
        assert relative_difference(maps[name], maps["logits"]) < 1e-5
    assert np.ptp(maps["logits"]) > 1e-3


def test_in_a_bigger_model_and_a_few_at_a_time(tmp_path, monkeypatch):
    from keras_vit.inspection import running

    model, outer, inner = held("functional", "vit", tmp_path)
    together = inspection.class_attention(model, outer, [3, 5])
    monkeypatch.setattr(running, "MEMORY", 1)
    alone = inspection.class_attention(model, outer, [3, 5])
    assert relative_difference(alone, together) < 1e-5
    body = backbone("vit", include_top=False, pooling="avg")
    on_top = keras.Model(body.input, model.layers[-1](body.output))
    expected = inspection.class_attention(on_top, inner, [3, 5])
    assert relative_difference(together, expected) < 1e-4


def test_the_mean_of_patches_that_is_read():
    model, image = backbone("vit", pooling="avg"), images("vit", count=1)

    def forward(image, added=()):
        seen = by_numpy.vit(model, image, patch=(3, 2), heads=3, added=added)
        read = seen.norm(seen.tokens[-1], "norm")[:, 1:].mean(axis=1)
        seen.answer = seen.dense(read, "head")
        return seen

    scores = forward(image).scores
    expected = relevance(scores, differences(forward, scores, image, 0))[1:, 1:]
    got = inspection.class_attention(model, image, 0)
    assert relative_difference(got.reshape(-1), expected.mean(axis=0)) < 1e-4


def test_mixed_precision():
    model, photographs = backbone("vit", dtype="mixed_bfloat16"), images("vit")
    rough = inspection.class_attention(model, photographs, 1)
    exact = inspection.class_attention(backbone("vit"), photographs, 1)
    assert rough.dtype == "float32"
    assert relative_difference(rough, exact) < 0.2


def test_wrong_classes_and_models():
    model, photographs = backbone("vit"), images("vit")
    for wrong in (7, -1, [1], [1, 2, 3], [0, 7], 1.0 * np.ones(2), "cat"):
        with pytest.raises(ValueError, match="a class from 0 to 6, or one for each of"):
            inspection.class_attention(model, photographs, wrong)
    body = backbone("vit", include_top=False)
    with pytest.raises(ValueError, match="should be a classifier"):
        inspection.class_attention(body, photographs, 0)


def test_numpys_whole_numbers_are_classes():
    model, photographs = backbone("vit"), images("vit")
    labels = np.array([2, 2])
    assert np.array_equal(
        inspection.class_attention(model, photographs, labels),
        inspection.class_attention(model, photographs, np.int64(2)),
    )
