import numpy as np
import pytest
import tensorflow as tf

from keras_vit.data import Augmentation
from keras_vit.data.draws import Draws
from keras_vit.data.mixing import batch_mixer

COUNT = 7


def mixes(seeds, weights=None, labels=None, **alphas):
    """Mix images of one colour each, 10 times the label, so that shares show."""
    colours = 10.0 * np.arange(COUNT, dtype="float32")
    images = np.broadcast_to(colours[:, None, None, None], (COUNT, 11, 13, 3))
    labels = np.eye(COUNT, dtype="float32") if labels is None else labels
    batch = {"image": images, "label": labels}
    if weights is not None:
        batch["weight"] = np.array(weights, "float32")
    mixer = batch_mixer(Augmentation(**alphas))
    dataset = tf.data.Dataset.from_tensor_slices(np.array(seeds))
    mixed = dataset.map(lambda seed: mixer(batch, Draws(seed)))
    return [tuple(batch.values()) for batch in mixed.as_numpy_iterator()]


def mix(**alphas):
    return mixes([0], **alphas)[0]


@pytest.mark.parametrize("alphas", [{"mixup_alpha": 0.8}, {"cutmix_alpha": 1.0}])
def test_labels_are_mixed_as_the_pixels_are(alphas):
    images, labels = mix(**alphas)
    assert images.dtype == labels.dtype == np.float32
    np.testing.assert_allclose(labels.sum(-1), 1, atol=1e-5)
    expected = 10 * labels @ np.arange(COUNT)
    np.testing.assert_allclose(images.mean((1, 2, 3)), expected, rtol=1e-4)
    weights = np.sort(labels, -1)[:, ::-1]
    assert np.all(weights[:, 2:] == 0)  # two images at the most
    assert len(np.unique(weights[:, 0].round(4))) > 2  # each its own weight


def test_mixup_blends_and_cutmix_pastes():
    blended, _ = mix(mixup_alpha=0.8)
    assert all(len(np.unique(image.round(3))) == 1 for image in blended)
    pasted, labels = mix(cutmix_alpha=1.0)
    assert set(np.unique(pasted)) <= set(10.0 * np.arange(COUNT))
    own = (pasted == 10.0 * np.arange(COUNT)[:, None, None, None]).mean((1, 2, 3))
    np.testing.assert_allclose(own, np.diag(labels), atol=1e-5)


def test_with_both_each_batch_gets_one_of_them():
    pasted = 0
    for images, _ in mixes(range(30), mixup_alpha=0.8, cutmix_alpha=1.0):
        kinds = {len(np.unique(image.round(3))) > 1 for image in images}
        pasted += True in kinds
    assert 7 < pasted < 23


def test_the_seed_decides():
    first, again, other = (images for images, _ in mixes([1, 1, 2], mixup_alpha=0.8))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


@pytest.mark.parametrize("alphas", [{"mixup_alpha": 0.8}, {"cutmix_alpha": 1.0}])
def test_weighted_losses_are_mixed_as_the_pixels_are(alphas):
    weights = np.array([0, 1, 2, 3, 0.5, 1, 4], "float32")
    _, plain = mix(**alphas)
    ((_, labels, mixed),) = mixes([0], weights, **alphas)
    losses = np.random.default_rng(0).random((COUNT, COUNT))  # of each label, by image
    expected = np.sum(plain * weights * losses, -1)  # each part has its own weight
    np.testing.assert_allclose(mixed * np.sum(labels * losses, -1), expected, rtol=1e-4)
    np.testing.assert_allclose(labels[:, 0], 0)  # of weight 0, in no mixture
    np.testing.assert_allclose(labels.sum(-1)[mixed > 0], 1, rtol=1e-5)


def test_all_weights_may_be_nought():
    ((_, labels, mixed),) = mixes([0], np.zeros(COUNT), mixup_alpha=0.8)
    assert np.all(mixed == 0) and np.isfinite(labels).all()


def test_several_classes_are_mixed_and_other_numbers_refused():
    several = np.eye(COUNT, dtype="float32") + np.eye(COUNT, k=1, dtype="float32")
    ((_, labels),) = mixes([0], labels=several, mixup_alpha=0.8)
    _, plain = mix(mixup_alpha=0.8)
    np.testing.assert_allclose(labels, plain @ several, atol=1e-5)
    with pytest.raises(tf.errors.InvalidArgumentError, match="for numbers to regress"):
        mixes([0], labels=2 * several, mixup_alpha=0.8)
