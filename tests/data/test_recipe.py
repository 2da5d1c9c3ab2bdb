"""Batches prepared as the chosen weights expect them."""

import numpy as np
import pytest

from keras_vit import data, weights_info


def first_batch(images, **options):
    labels = np.zeros(len(images), "int64")
    size = images.shape[1]
    batches = data.image_batches((images, labels), image_size=size, **options)
    return next(iter(batches))[0].numpy()


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (2, 5, 5, 3), "uint8")


@pytest.mark.parametrize(
    ("tag", "variant"), [("ms_in1k", "SwinT"), ("augreg_in21k", "ViTB16")]
)
def test_weights_choose_mean_and_std(images, tag, variant):
    info = weights_info(tag, variant)
    got = first_batch(images, weights=tag, variant=variant, crop_ratio=1.0)
    expected = (images / 255 - np.array(info.mean)) / np.array(info.std)
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


def test_what_is_given_wins_over_the_weights(images):
    got = first_batch(
        images, weights="ms_in1k", variant="SwinT", mean=0.0, std=1.0, crop_ratio=1.0
    )
    np.testing.assert_allclose(got, images / 255, rtol=1e-5, atol=1e-6)


def test_weights_choose_the_crop():
    images = np.random.default_rng(0).integers(0, 256, (2, 20, 20, 3), "uint8")
    assert weights_info("ms_in1k", "SwinT").crop < 1
    cropped = first_batch(images, weights="ms_in1k", variant="SwinT")
    whole = first_batch(images, weights="ms_in1k", variant="SwinT", crop_ratio=1.0)
    assert np.abs(cropped - whole).max() > 0.01


def test_unknown_weights(images):
    with pytest.raises(ValueError, match="augmented"):
        first_batch(images, weights="augmented")
