import numpy as np
import pytest

import keras_vit.data
from keras_vit.data.digits import load_digits

pytest.importorskip("sklearn")


def test_splits_hold_every_scan_once():
    train_images, train_labels = load_digits("train")
    test_images, test_labels = load_digits("test")
    assert train_images.shape == (1442, 8, 8, 1)
    assert test_images.shape == (355, 8, 8, 1)
    assert train_images.dtype == np.uint8
    assert (train_images.min(), train_images.max()) == (0, 255)
    both = np.concatenate([train_images, test_images]).reshape(1797, -1)
    import sklearn.datasets

    whole = np.round(sklearn.datasets.load_digits().data * 255 / 16)
    assert sorted(map(bytes, both)) == sorted(map(bytes, whole.astype("uint8")))
    counts = np.bincount(test_labels) / np.bincount(
        np.append(train_labels, test_labels)
    )
    assert np.all(np.abs(counts - 0.2) < 0.01)


def test_splits_are_always_the_same():
    first, again = load_digits("test")[0], load_digits("test")[0]
    np.testing.assert_array_equal(first, again)


def test_slices_and_sums():
    whole = load_digits("train")[0]
    np.testing.assert_array_equal(load_digits("train[:50%]")[0], whole[:721])
    assert len(load_digits("train+test")[0]) == 1797


def test_batches_by_name():
    batches = keras_vit.data.image_batches(
        "digits", split="test", image_size=8, channels=1, batch_size=71
    )
    assert len(batches) == 5
    images = np.concatenate([images for images, _ in batches.as_numpy_iterator()])
    expected = load_digits("test")[0] / 127.5 - 1
    np.testing.assert_allclose(images, expected, atol=1e-6)
    assert keras_vit.data.class_names("digits") == tuple("0123456789")


@pytest.mark.parametrize(
    "split, message", [("val", "train, test"), ("test[:0]", "empty")]
)
def test_missing_splits(split, message):
    with pytest.raises(ValueError, match=message):
        load_digits(split)
