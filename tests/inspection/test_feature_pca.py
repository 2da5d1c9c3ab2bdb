"""Features as colors, held against NumPy's SVD and a search for the threshold."""

import keras
import numpy as np
import pytest

from keras_vit import inspection
from keras_vit.inspection.foreground import above_background, best_split
from tests.helpers import relative_difference
from tests.inspection.models import backbone, held, images

GRID = {"vit": (3, 5), "swin": (4, 5)}


def features_of(model, kind, pictures):
    """(B, rows, columns, D) after the last normalization, by Keras's own means."""
    inner = keras.Model(model.input, model.get_layer("norm").output)
    tokens = inner.predict_on_batch(pictures).astype("float64")
    if kind == "vit":
        tokens = tokens[:, -15:]
    return tokens.reshape(len(tokens), *GRID[kind], -1)


def components(samples, count):
    """By SVD; the largest entry of each is positive."""
    mean = samples.mean(axis=0)
    _, lengths, rows = np.linalg.svd(samples - mean, full_matrices=False)
    rows = [row * np.sign(row[np.abs(row).argmax()]) for row in rows[:count]]
    return mean, np.array(rows), (lengths**2 / (lengths**2).sum())[:count]


def threshold(values):
    """By trying all: the split whose two groups vary least."""

    def spread(cut):
        groups = values[values <= cut], values[values > cut]
        return sum(((group - group.mean()) ** 2).sum() for group in groups)

    ordered = np.sort(values)
    cuts = (ordered[1:] + ordered[:-1]) / 2
    return min(cuts, key=spread)


def by_hand(features):
    """Mask, colors and shares of images that share one space."""
    flat = features.reshape(-1, features.shape[-1])
    mean, (first,), share = components(flat, 1)
    scores = (features - mean) @ first
    scores = np.stack([image - threshold(image.ravel()) for image in scores])
    rows, columns = scores.shape[1:]
    votes = [
        image[i, j] > 0
        for image in scores
        for i in range(rows)
        for j in range(columns)
        if i in (0, rows - 1) or j in (0, columns - 1)
    ]
    mask = scores < 0 if np.mean(votes) > 0.5 else scores > 0
    mean, three, shares = components(features[mask], 3)
    projected = (features - mean) @ three.T
    low, high = projected[mask].min(axis=0), projected[mask].max(axis=0)
    return mask, np.clip((projected - low) / (high - low), 0, 1), shares, share[0]


@pytest.mark.parametrize("joint", [True, False])
@pytest.mark.parametrize("kind", GRID)
def test_colors_and_mask_are_those_of_svd(kind, joint):
    model, pictures = backbone(kind), images(kind, 3)
    result = inspection.feature_pca(model, pictures, joint=joint)
    features = features_of(model, kind, pictures)
    if joint:
        mask, colors, shares, share = by_hand(features)
    else:
        alone = zip(*(by_hand(image[None]) for image in features), strict=True)
        masks, colors, shares, share = alone
        mask, colors = np.concatenate(masks), np.concatenate(colors)
    assert np.array_equal(result.foreground, mask)
    assert np.array_equal(result.first_component > 0, mask)
    np.testing.assert_allclose(result.colors, colors, atol=1e-3)
    np.testing.assert_allclose(result.explained_variance, shares, atol=1e-4)
    np.testing.assert_allclose(result.first_explained, share, atol=1e-4)


@pytest.mark.parametrize("wrapping", ["functional", "sequential"])
def test_nested_models_have_the_features_of_the_model_in_them(wrapping, tmp_path):
    model, outer, inner = held(wrapping, "vit", tmp_path)
    result = inspection.feature_pca(model, outer)
    expected = inspection.feature_pca(backbone("vit"), inner)
    assert np.array_equal(result.foreground, expected.foreground)
    assert relative_difference(result.colors, expected.colors) < 1e-3


def test_a_norm_after_pooling_is_left_out():
    model = backbone("vit", norm_after_pooling=True, pooling="avg")
    pictures = images("vit")
    last = keras.Model(model.input, model.get_layer("encoder_block_1").output)
    tokens = last.predict_on_batch(pictures).astype("float64")[:, -15:]
    mask, *_ = by_hand(tokens.reshape(2, 3, 5, -1))
    assert np.array_equal(inspection.feature_pca(model, pictures).foreground, mask)


def test_close_up_and_distant_object_are_both_told_from_their_background():
    # One threshold for both images would take all of the first, none of the second.
    close_up, distant = np.full((2, 6, 7), 5.0)
    close_up[1:5, 1:6] = 8.0
    distant[:] = -4.0
    distant[2, 3] = -1.0
    for sign in (1, -1):  # a component may point either way
        above = above_background(sign * np.stack([close_up, distant]))
        assert np.array_equal(above[0] > 0, close_up == 8)
        assert np.array_equal(above[1] > 0, distant == -1)


def test_numbers_that_are_all_alike_are_not_split():
    assert best_split(np.full((2, 3), 7.0)) < 7
    assert best_split(np.array([[7.0]])) < 7


def test_images_without_any_difference_give_finite_colors():
    model = backbone("vit", position_embedding="none")
    result = inspection.feature_pca(model, np.zeros((2, 9, 10, 5), "float32"))
    assert np.isfinite(result.colors).all()
    assert np.isfinite(result.explained_variance).all()
