"""Arrays of a model that is held by another are those of the model itself."""

import numpy as np
import pytest

from keras_vit import inspection
from tests.inspection.models import MAKERS, backbone, held, images

# Training changed all its weights a little.
UNCHANGED = [name for name in MAKERS if name != "fine_tuned"]


def close(got, expected):
    np.testing.assert_allclose(got, expected, rtol=1e-3, atol=1e-4)


def what_weights_say(model, kind):
    if kind == "swin":
        return [
            inspection.patch_filters(model, 3),
            *inspection.relative_position_bias(model),
        ]
    return [inspection.patch_filters(model, 3), inspection.position_similarity(model)]


@pytest.mark.parametrize("kind", ["vit", "swin"])
@pytest.mark.parametrize("wrapping", MAKERS)
def test_weights(kind, wrapping, tmp_path):
    model, outer, _ = held(wrapping, kind, tmp_path)
    if wrapping == "sequential":
        with pytest.raises(ValueError, match="build"):
            what_weights_say(model, kind)
        model.build((None, *outer.shape[1:]))
    expected = what_weights_say(backbone(kind), kind)
    for got, array in zip(what_weights_say(model, kind), expected, strict=True):
        assert got.shape == array.shape
        if wrapping in UNCHANGED:
            close(got, array)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["vit", "swin"])
@pytest.mark.parametrize("wrapping", MAKERS)
def test_images(kind, wrapping, tmp_path):
    model, outer, inner = held(wrapping, kind, tmp_path)
    body = backbone(kind)
    features = inspection.feature_pca(model, outer)
    field = inspection.receptive_field(model, (4, 5), outer[0])
    if wrapping in UNCHANGED:
        expected = inspection.feature_pca(body, inner)
        assert np.array_equal(features.foreground, expected.foreground)
        close(features.colors, expected.colors)
        close(field, inspection.receptive_field(body, (4, 5), inner[0]))
    losses = inspection.occlusion(model, outer, [0, 3])
    assert losses.shape[1:] == inspection.occlusion(body, inner, 0).shape[1:]
    whole, without = outer[:1], outer[:1].copy()
    rows, columns = (3, 2) if kind == "vit" else (4, 4)
    without[0, :rows, :columns] = outer[0].mean(axis=(0, 1))
    scores = model.predict_on_batch(np.concatenate([whole, without]))[:, 0]
    close(losses[0, 0, 0], scores[0] - scores[1])


def test_mixed_precision_differs_by_its_rounding():
    exact, mixed = backbone("vit"), backbone("vit", dtype="mixed_bfloat16")
    pictures = images("vit")
    close(inspection.patch_filters(mixed, 3), inspection.patch_filters(exact, 3))
    losses = inspection.occlusion(mixed, pictures, 2)
    expected = inspection.occlusion(exact, pictures, 2)
    assert np.corrcoef(losses.ravel(), expected.ravel())[0, 1] > 0.98
    result = inspection.feature_pca(mixed, pictures)
    expected = inspection.feature_pca(exact, pictures)
    assert (result.foreground == expected.foreground).mean() > 0.8
