import math

import numpy as np
import pytest
import tensorflow as tf

from keras_vit.data import crops
from keras_vit.data.draws import Draws
from keras_vit.data.rectangles import random_rectangle

SIZE = (7, 5)


def ramp(height, width):
    """An image whose channels are its row and column, and a constant."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([rows, columns, 0 * rows + 99], -1).astype("float32")


@pytest.mark.parametrize("interpolation", crops.INTERPOLATIONS)
def test_squash_covers_the_whole_image(interpolation):
    image = crops.squash(SIZE, interpolation)(ramp(70, 25)).numpy()
    assert image.shape == (*SIZE, 3)
    inside = slice(1, -1)  # a filter that reaches over the edge shifts its mean
    rows, columns = 10 * np.arange(7) + 4.5, 5 * np.arange(5) + 2
    np.testing.assert_allclose(image[inside, 2, 0], rows[inside], atol=0.6)
    np.testing.assert_allclose(image[3, inside, 1], columns[inside], atol=0.6)
    np.testing.assert_allclose(image[[0, -1], 2, 0], rows[[0, -1]], atol=1.5)
    np.testing.assert_allclose(image[..., 2], 99, atol=1e-4)


@pytest.mark.parametrize("height, width", [(70, 250), (350, 50), (70, 50), (7, 5)])
def test_center_crop_keeps_proportions_and_the_middle(height, width):
    image = crops.center_crop(SIZE, "bilinear", 1.0)(ramp(height, width)).numpy()
    assert image.shape == (*SIZE, 3)
    step = max(1, min(height // 7, width // 5))
    # Inside, a ramp stays a ramp of the same slope along both axes.
    np.testing.assert_allclose(np.diff(image[1:-1, 2, 0]), step, atol=0.05 * step)
    np.testing.assert_allclose(np.diff(image[3, 1:-1, 1]), step, atol=0.05 * step)
    assert abs(image[3, 2, 0] - (height - 1) / 2) <= step / 2 + 1e-3
    assert abs(image[3, 2, 1] - (width - 1) / 2) <= step / 2 + 1e-3


def test_crop_ratio_is_the_share_that_is_kept():
    whole = crops.center_crop((8, 8), "bilinear", 1.0)(ramp(80, 80)).numpy()
    half = crops.center_crop((8, 8), "bilinear", 0.5)(ramp(80, 80)).numpy()
    np.testing.assert_allclose(
        np.ptp(half[..., 0]), np.ptp(whole[..., 0]) / 2, rtol=0.1
    )
    np.testing.assert_allclose(half.mean(), whole.mean(), rtol=1e-3)


def test_bicubic_is_that_of_pillow():
    pillow = pytest.importorskip("PIL.Image")
    # Of middling values: Pillow clips what overshoots after each axis, not at the end.
    image = np.random.default_rng(0).integers(90, 160, (31, 23, 3), dtype="uint8")
    for size in (SIZE, (43, 37)):
        ours = crops.squash(size, "bicubic")(tf.constant(image)).numpy()
        theirs = pillow.fromarray(image).resize(size[::-1], pillow.Resampling.BICUBIC)
        assert ours.dtype == np.uint8
        assert np.abs(ours.astype(int) - np.asarray(theirs)).max() <= 1


def test_random_crops_have_the_area_that_was_asked_for():
    image = ramp(100, 100)
    shares = []
    for seed in range(40):
        crop = crops.random_crop(Draws(seed), (50, 50), "nearest", (0.2, 0.5))(image)
        sides = [np.ptp(crop.numpy()[..., axis]) + 2 for axis in (0, 1)]
        shares.append(math.prod(sides) / 10_000)
        assert 3 / 4 * 0.9 < sides[0] / sides[1] < 4 / 3 * 1.1
    assert 0.18 < min(shares) < 0.3 and 0.4 < max(shares) < 0.56


def test_the_same_seed_crops_the_same():
    image = ramp(31, 37)
    first, again, other = (
        crops.random_crop(Draws(seed), SIZE, "bicubic", (0.1, 1.0))(image).numpy()
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1


def rectangles(count, shape, crop_area):
    """Corners and extents of many random crops of an image (height, width)."""
    dataset = tf.data.Dataset.range(count).map(
        lambda seed: random_rectangle(Draws(seed), crop_area)(tf.constant(shape)),
        num_parallel_calls=2,
    )
    corners, extents = zip(*dataset.as_numpy_iterator(), strict=True)
    return np.array(corners), np.array(extents)


def test_wide_crops_are_as_likely_as_tall_ones():
    _, extents = rectangles(3000, (1009, 1009), (0.2, 0.5))
    ratios = np.log(extents[:, 1] / extents[:, 0])
    # Drawn evenly from 3/4 to 4/3, 0.57 of them would be wide, with a mean of 0.028.
    assert abs(np.mean(ratios > 0) - 0.5) < 0.04
    assert abs(ratios.mean()) < 0.012
    assert np.abs(ratios).max() < math.log(4 / 3) + 0.01
    shares = extents.prod(-1) / 1009**2
    assert abs(shares.mean() - 0.35) < 0.007  # areas are drawn evenly


def test_crops_lie_anywhere_within_the_image():
    corners, extents = rectangles(300, (7, 11), (0.08, 1.0))
    assert extents.min() >= 1 and corners.min() == 0
    assert np.all(corners + extents <= (7, 11))
    assert np.any(corners + extents == (7, 11), axis=0).all()


@pytest.mark.parametrize(
    "shape, corner, extent",
    [((10, 101), (0, 44), (10, 13)), ((101, 10), (44, 0), (13, 10))],
)
def test_an_image_too_long_for_any_crop_gives_its_middle(shape, corner, extent):
    corners, extents = rectangles(3, shape, (1.0, 1.0))
    assert corners.tolist() == [list(corner)] * 3
    assert extents.tolist() == [list(extent)] * 3


def test_an_image_of_one_pixel_can_be_cropped():
    crop = crops.random_crop(Draws(0), SIZE, "bilinear", (0.08, 1.0))(ramp(1, 1))
    assert crop.shape == (*SIZE, 3)
