"""Deletion and insertion, held against loops and against a model with one right map."""

import numpy as np
import pytest

from keras_vit import inspection
from tests.helpers import array, randomize
from tests.models.small import small_vit


def model_and_images():
    model = small_vit(classifier_activation=None)
    randomize(model)
    return model, array(2, 9, 10, 5)


def by_hand(model, image, label, order, counts):
    """The curves of one order of the 3 x 5 patches: deletion, then insertion."""
    gray = np.broadcast_to(image.mean(axis=(0, 1)), image.shape)
    images = []
    for start, other in ((image, gray), (gray, image)):
        for count in counts:
            changed = start.copy()
            for part in order[:count]:
                top, left = 3 * (part // 5), 2 * (part % 5)
                block = slice(top, top + 3), slice(left, left + 2)
                changed[block] = other[block]
            images.append(changed)
    scores = model.predict_on_batch(np.stack(images))[:, label]
    return scores.reshape(2, len(counts))


def test_curves_are_the_loops():
    model, images = model_and_images()
    maps = array(2, 3, 5, seed=3)
    result = inspection.faithfulness(
        model, images, maps, [4, 0], steps=5, num_random=2, seed=9, batch_size=11
    )
    counts = [0, 3, 6, 9, 12, 15]
    np.testing.assert_allclose(result.fractions, np.array(counts) / 15)
    rng = np.random.default_rng(9)
    for i, label in enumerate((4, 0)):
        order = sorted(range(15), key=lambda part: -maps[i].ravel()[part])
        expected = by_hand(model, images[i], label, order, counts)
        np.testing.assert_allclose(result.deletion[i], expected[0], atol=1e-4)
        np.testing.assert_allclose(result.insertion[i], expected[1], atol=1e-4)
        random = [rng.permutation(15) for _ in range(2)]
        expected = np.mean(
            [by_hand(model, images[i], label, order, counts) for order in random],
            axis=0,
        )
        np.testing.assert_allclose(result.random_deletion[i], expected[0], atol=1e-4)
        np.testing.assert_allclose(result.random_insertion[i], expected[1], atol=1e-4)


def test_areas_lie_below_the_curves():
    curve = np.array([[1.0, 0.5, 0.5, 0.0]])
    zero = np.zeros((1, 4))
    result = inspection.Faithfulness(
        np.array([0.0, 0.5, 0.75, 1.0]), curve, 2 * curve, zero, zero
    )
    area = 0.5 * 0.75 + 0.25 * 0.5 + 0.25 * 0.25
    assert result.areas["deletion"] == pytest.approx([area])
    assert result.areas["insertion"] == pytest.approx([2 * area])
    assert result.areas["random_deletion"] == [0]


def test_occlusion_is_a_better_map_than_chance_and_its_negative_a_worse_one():
    model, images = model_and_images()
    maps = inspection.occlusion(model, images, 2)
    good = inspection.faithfulness(model, images, maps, 2, num_random=8).areas
    bad = inspection.faithfulness(model, images, -maps, 2, num_random=8).areas
    assert (good["deletion"] < good["random_deletion"]).all()
    assert (good["insertion"] > good["random_insertion"]).all()
    assert (bad["deletion"] > bad["random_deletion"]).all()
    assert (bad["insertion"] < bad["random_insertion"]).all()


def test_without_classes_the_likeliest_is_watched():
    model, images = model_and_images()
    maps = array(2, 3, 5)
    likeliest = model.predict(images, verbose=0).argmax(-1)
    given = inspection.faithfulness(model, images, maps, likeliest, steps=3)
    chosen = inspection.faithfulness(model, images, maps, steps=3)
    np.testing.assert_allclose(given.deletion, chosen.deletion, atol=1e-6)


def test_maps_that_do_not_fit():
    model, images = model_and_images()
    for shape in ((1, 3, 5), (3, 5), (2, 10, 5), (2, 0, 5)):
        with pytest.raises(ValueError, match="`maps` should be one map for each"):
            inspection.faithfulness(model, images, np.zeros(shape))
    with pytest.raises(ValueError, match="finite"):
        inspection.faithfulness(model, images, np.full((2, 3, 5), np.nan))
