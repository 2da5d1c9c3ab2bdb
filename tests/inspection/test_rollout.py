"""Attention rollout against the product of whole matrices, in a few lines of NumPy."""

import numpy as np
import pytest

from keras_vit import inspection
from tests.helpers import relative_difference
from tests.inspection.by_numpy import BY_NUMPY, merging_matrix
from tests.inspection.models import backbone, held, images
from tests.models.small import SMALL

CLOSE = 2e-5
FUSIONS = {"mean": np.mean, "max": np.max, "min": np.min}


def without_smallest(fused, ratio, kept_column=None):
    """The smallest of each image's entries to zero; those outside windows are zero."""
    fused = fused.copy()
    for image in fused:
        pairs = sorted((image[at], at) for at in np.ndindex(image.shape) if image[at])
        for _, (query, key) in pairs[: int(len(pairs) * ratio)]:
            image[query, key] *= key == kept_column
    return fused


def product(maps, fusion="mean", ratio=0.0, kept_column=None, sizes=None):
    """The blocks' (A + I) / 2, with rows that add up to 1, multiplied: (B, P, P)."""
    total = np.eye(maps[0].shape[-1])
    for number, scores in enumerate(maps):
        if sizes and number and sizes[number] != sizes[number - 1]:
            total = merging_matrix(sizes[number - 1]) @ total
        fused = FUSIONS[fusion](scores, axis=1)
        fused = without_smallest(fused, ratio, kept_column)
        matrix = (fused + np.eye(fused.shape[-1])) / 2
        total = matrix / matrix.sum(axis=-1, keepdims=True) @ total
    return total


@pytest.mark.parametrize(
    ("fusion", "ratio"), [("mean", 0.0), ("mean", 0.9), ("max", 0.5), ("min", 0.3)]
)
def test_vit(fusion, ratio):
    model, photographs = backbone("vit"), images("vit", count=3)
    maps = BY_NUMPY["vit"](model, photographs).scores
    total = product(maps, fusion, ratio, kept_column=0)
    rollout = inspection.attention_rollout(model, photographs, ratio, fusion)
    assert rollout.shape == (3, 3, 5) and rollout.dtype == "float32"
    assert relative_difference(rollout.reshape(3, -1), total[:, 0, 1:]) < CLOSE


@pytest.mark.parametrize(("fusion", "ratio"), [("mean", 0.0), ("max", 0.4)])
def test_swin_on_the_plane(fusion, ratio):
    model, photographs = backbone("swin"), images("swin")
    forward = BY_NUMPY["swin"](model, photographs)
    total = product(forward.scores, fusion, ratio, sizes=forward.between)
    assert total.shape == (2, 4 * 5, 7 * 10)
    np.testing.assert_allclose(total.sum(axis=-1), 1)
    rollout = inspection.attention_rollout(model, photographs, ratio, fusion)
    assert rollout.shape == (2, 7, 10)
    assert relative_difference(rollout.reshape(2, -1), total.mean(axis=1)) < CLOSE


@pytest.mark.parametrize(
    ("arguments", "row"),
    [
        ({"class_token": False}, slice(None)),
        ({"class_token": False, "num_register_tokens": 2}, slice(2, None)),
        ({"pooling": "avg"}, slice(1, None)),
        ({"num_register_tokens": 2}, slice(0, 1)),
    ],
)
def test_what_is_read_out(arguments, row):
    """The mean over the patches where no class token is read."""
    model, photographs = backbone("vit", **arguments), images("vit")
    maps = inspection.attention_maps(model, photographs)
    kept = None if arguments.get("class_token") is False else 0
    total = product([m.astype("float64") for m in maps], "mean", 0.5, kept)
    expected = total[:, row].mean(axis=1)[:, -15:]
    rollout = inspection.attention_rollout(model, photographs, discard_ratio=0.5)
    assert relative_difference(rollout.reshape(2, -1), expected) < CLOSE


def test_discard_is_by_the_image():
    """An image's map is the same, whichever images come with it."""
    model, photographs = backbone("vit"), images("vit", count=3)
    together = inspection.attention_rollout(model, photographs, 0.9)
    alone = inspection.attention_rollout(model, photographs[2:], 0.9)
    assert relative_difference(together[2:], alone) < CLOSE


@pytest.mark.parametrize("kind", SMALL)
def test_in_a_bigger_model(kind, tmp_path):
    model, outer, inner = held("twice_nested", kind, tmp_path)
    expected = inspection.attention_rollout(
        backbone(kind, include_top=False, pooling="avg"), inner
    )
    rollout = inspection.attention_rollout(model, outer)
    assert relative_difference(rollout, expected) < CLOSE


def test_wrong_arguments():
    model, photographs = backbone("vit"), images("vit")
    with pytest.raises(ValueError, match="discard_ratio=1"):
        inspection.attention_rollout(model, photographs, discard_ratio=1)
    with pytest.raises(ValueError, match="'mean', 'max', 'min'"):
        inspection.attention_rollout(model, photographs, head_fusion="median")
