"""Occlusion, held against a loop that grays out one part after another."""

import keras
import numpy as np
import pytest

from keras_vit import inspection
from tests.helpers import array, randomize
from tests.models.small import SHAPES, SMALL, small_vit

PARTS = {"vit": (3, 2), "swin": (4, 4)}  # patches; what a token of stage 1 covers


def by_hand(model, images, classes, part, fill=None):
    """What each image's class loses without each part."""
    height, width = images.shape[1:3]
    tops, lefts = range(0, height, part[0]), range(0, width, part[1])
    result = []
    for image, label in zip(images, classes, strict=True):
        gray = image.mean(axis=(0, 1)) if fill is None else fill
        changed = [image]
        for top in tops:
            for left in lefts:
                without = image.copy()
                without[top : top + part[0], left : left + part[1]] = gray
                changed.append(without)
        whole, *scores = model.predict_on_batch(np.stack(changed))[:, label]
        result.append((whole - np.array(scores)).reshape(len(tops), len(lefts)))
    return np.stack(result)


@pytest.mark.parametrize("kind", SMALL)
def test_occlusion_is_the_loop(kind):
    model = SMALL[kind](classifier_activation=None)
    randomize(model)
    images = array(2, *SHAPES[kind])
    losses = inspection.occlusion(model, images, [6, 2], batch_size=7)
    expected = by_hand(model, images, [6, 2], PARTS[kind])
    assert np.abs(expected).min() > 0
    np.testing.assert_allclose(losses, expected, atol=1e-4)


def test_other_parts_and_another_gray():
    model = small_vit(classifier_activation=None)
    randomize(model)
    images, gray = array(1, 9, 10, 5), [0.1, 0.2, 0.3, 0.4, 0.5]
    losses = inspection.occlusion(model, images, 3, patch_size=(4, 7), fill=gray)
    assert losses.shape == (1, 3, 2)
    expected = by_hand(model, images, [3], (4, 7), gray)
    np.testing.assert_allclose(losses, expected, atol=1e-4)


def test_integers_stay_integers_where_the_model_normalizes_them():
    model = small_vit(
        input_shape=(9, 10, 3), include_preprocessing=True, classifier_activation=None
    )
    randomize(model)
    images = np.random.default_rng(0).integers(0, 256, (1, 9, 10, 3), dtype="uint8")
    losses = inspection.occlusion(model, images, 1)
    gray = images[0].mean(axis=(0, 1)).round().astype("uint8")
    expected = by_hand(model, images, [1], (3, 2), gray)
    np.testing.assert_allclose(losses, expected, atol=1e-4)


def test_a_bigger_model_that_resizes():
    model = small_vit(classifier_activation=None)
    randomize(model)
    outer = keras.Sequential(
        [keras.Input((18, 20, 5)), keras.layers.AveragePooling2D(2), model]
    )
    images = array(1, 18, 20, 5)
    expected = by_hand(outer, images, [0], (6, 4))
    np.testing.assert_allclose(
        inspection.occlusion(outer, images, 0), expected, atol=1e-4
    )


def test_channels_first():
    last = small_vit(classifier_activation=None)
    randomize(last)
    images = array(1, 9, 10, 5)
    expected = inspection.occlusion(last, images, 0)
    keras.config.set_image_data_format("channels_first")
    try:
        first = small_vit(input_shape=(5, 9, 10), classifier_activation=None)
        first.set_weights(last.get_weights())
        losses = inspection.occlusion(first, images.transpose(0, 3, 1, 2), 0)
    finally:
        keras.config.set_image_data_format("channels_last")
    np.testing.assert_allclose(losses, expected, atol=1e-5)


def test_bad_arguments():
    model, images = small_vit(), array(2, 9, 10, 5)
    for classes in (7, -1, [0], [0, 1, 2], 0.5, [[0, 1]]):
        with pytest.raises(ValueError, match="`classes` should be a class from 0 to 6"):
            inspection.occlusion(model, images, classes)
    with pytest.raises(ValueError, match="include_top=True"):
        inspection.occlusion(small_vit(include_top=False), images, 0)
    with pytest.raises(ValueError, match="shape"):
        inspection.occlusion(model, images[0], 0)
