import math

import numpy as np
import pytest
import tensorflow as tf

from keras_vit.data import images
from keras_vit.data.draws import Draws

SIZE = (7, 5)


def ramp(height, width):
    """An image whose channels are its row and column, and a constant."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([rows, columns, 0 * rows + 99], -1).astype("float32")


@pytest.mark.parametrize("interpolation", images.INTERPOLATIONS)
def test_squash_covers_the_whole_image(interpolation):
    image = images.squash(ramp(70, 25), SIZE, interpolation).numpy()
    assert image.shape == (*SIZE, 3)
    inside = slice(1, -1)  # a filter that reaches over the edge shifts its mean
    rows, columns = 10 * np.arange(7) + 4.5, 5 * np.arange(5) + 2
    np.testing.assert_allclose(image[inside, 2, 0], rows[inside], atol=0.6)
    np.testing.assert_allclose(image[3, inside, 1], columns[inside], atol=0.6)
    np.testing.assert_allclose(image[[0, -1], 2, 0], rows[[0, -1]], atol=1.5)
    np.testing.assert_allclose(image[..., 2], 99, atol=1e-4)


@pytest.mark.parametrize("height, width", [(70, 250), (350, 50), (70, 50), (7, 5)])
def test_center_crop_keeps_proportions_and_the_middle(height, width):
    image = images.center_crop(ramp(height, width), SIZE, "bilinear", 1.0).numpy()
    assert image.shape == (*SIZE, 3)
    step = max(1, min(height // 7, width // 5))
    # Inside, a ramp stays a ramp of the same slope along both axes.
    np.testing.assert_allclose(np.diff(image[1:-1, 2, 0]), step, atol=0.05 * step)
    np.testing.assert_allclose(np.diff(image[3, 1:-1, 1]), step, atol=0.05 * step)
    assert abs(image[3, 2, 0] - (height - 1) / 2) <= step / 2 + 1e-3
    assert abs(image[3, 2, 1] - (width - 1) / 2) <= step / 2 + 1e-3


def test_crop_ratio_is_the_share_that_is_kept():
    whole = images.center_crop(ramp(80, 80), (8, 8), "bilinear", 1.0).numpy()
    half = images.center_crop(ramp(80, 80), (8, 8), "bilinear", 0.5).numpy()
    np.testing.assert_allclose(
        np.ptp(half[..., 0]), np.ptp(whole[..., 0]) / 2, rtol=0.1
    )
    np.testing.assert_allclose(half.mean(), whole.mean(), rtol=1e-3)


def test_bicubic_is_that_of_pillow():
    pillow = pytest.importorskip("PIL.Image")
    # Of middling values: Pillow clips what overshoots after each axis, not at the end.
    image = np.random.default_rng(0).integers(90, 160, (31, 23, 3), dtype="uint8")
    for size in (SIZE, (43, 37)):
        ours = images.squash(tf.constant(image), size, "bicubic").numpy()
        theirs = pillow.fromarray(image).resize(size[::-1], pillow.Resampling.BICUBIC)
        assert ours.dtype == np.uint8
        assert np.abs(ours.astype(int) - np.asarray(theirs)).max() <= 1


def test_random_crops_have_the_area_that_was_asked_for():
    image = ramp(100, 100)
    shares = []
    for seed in range(40):
        crop = images.random_crop(image, Draws(seed), (50, 50), "nearest", (0.2, 0.5))
        sides = [np.ptp(crop.numpy()[..., axis]) + 2 for axis in (0, 1)]
        shares.append(math.prod(sides) / 10_000)
        assert 3 / 4 * 0.9 < sides[0] / sides[1] < 4 / 3 * 1.1
    assert 0.18 < min(shares) < 0.3 and 0.4 < max(shares) < 0.56


def test_the_same_seed_crops_the_same():
    image = ramp(31, 37)
    crops = [
        images.random_crop(image, Draws(seed), SIZE, "bicubic", (0.1, 1.0)).numpy()
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(crops[0], crops[1])
    assert np.abs(crops[0] - crops[2]).max() > 1


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("found, channels", [(1, 3), (4, 3), (3, 1), (4, 1), (5, 5)])
def test_channels(found, channels, known):
    image = np.random.default_rng(0).integers(0, 256, (3, 2, found), dtype="uint8")
    spec = tf.TensorSpec((None, None, found if known else None), tf.uint8)
    convert = tf.function(lambda x: images.to_channels(x, channels, tf.constant("It")))
    result = convert.get_concrete_function(spec)(tf.constant(image)).numpy()
    assert result.shape == (3, 2, channels)
    if found == 1:
        np.testing.assert_array_equal(result, np.repeat(image, 3, -1))
    elif channels == 1:
        grey = image[..., :3] @ np.array([0.299, 0.587, 0.114])
        np.testing.assert_allclose(result[..., 0], grey, atol=1.01)
    else:
        np.testing.assert_array_equal(result, image[..., :channels])


def test_channels_that_do_not_fit():
    with pytest.raises(ValueError, match="Images of 2 channels .* Pass channels=2"):
        images.to_channels(tf.zeros((3, 2, 2)), 3, tf.constant("It"))
