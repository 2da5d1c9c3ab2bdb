import numpy as np
import pytest
import tensorflow as tf

from keras_vit.data import Augmentation
from keras_vit.data.draws import Draws
from keras_vit.data.mixing import batch_mixer

COUNT = 7


def mixes(seeds, **alphas):
    """Mix images of one colour each, 10 times the label, so that shares show."""
    colours = 10.0 * np.arange(COUNT, dtype="float32")
    images = np.broadcast_to(colours[:, None, None, None], (COUNT, 11, 13, 3))
    labels = np.eye(COUNT, dtype="float32")
    mixer = batch_mixer(Augmentation(**alphas))
    dataset = tf.data.Dataset.from_tensor_slices(np.array(seeds))
    mixed = dataset.map(lambda seed: mixer(images, labels, Draws(seed)))
    return list(mixed.as_numpy_iterator())


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
