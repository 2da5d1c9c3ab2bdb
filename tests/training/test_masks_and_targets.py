"""Masks, targets and losses of pretraining, beside versions in NumPy."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_vit.training.pretraining import colors, losses, masks, patches
from tests.helpers import array, to_numpy

B, N = 3, 35  # patches on a grid of 5 x 7


def seeds(seed=1):
    return keras.random.SeedGenerator(seed)


def cut(images, rows, columns):
    """Patches by slices, one after the other."""
    _, height, width, _ = images.shape
    return np.stack(
        [
            images[:, y : y + rows, x : x + columns].reshape(len(images), -1)
            for y in range(0, height, rows)
            for x in range(0, width, columns)
        ],
        axis=1,
    )


def test_ranks_are_another_order_of_all_patches_in_each_image():
    generator = seeds()
    drawn = [to_numpy(masks.random_ranks(B, N, generator)) for _ in range(2)]
    rows = np.concatenate(drawn)
    np.testing.assert_array_equal(np.sort(rows), np.tile(np.arange(N), (2 * B, 1)))
    assert len({tuple(row) for row in rows}) == 2 * B


def test_each_patch_is_chosen_as_often_as_the_others():
    ranks = to_numpy(masks.random_ranks(4_000, 5, seeds()))
    share = (ranks < 2).mean(axis=0)
    np.testing.assert_allclose(share, 0.4, atol=0.04)  # 5 deviations


@pytest.mark.parametrize(
    ("count", "ratio", "up", "down"),
    [
        (196, 0.75, 147, 147),
        (196, 0.25, 49, 49),
        (36, 0.6, 22, 21),  # SimMIM at 192 pixels: 21.6
        (35, 0.6, 21, 21),
        (100, 0.07, 7, 7),  # 7.000000000000001
        (10, 1 - 0.9, 1, 1),  # 0.9999999999999998
        (7, 0.5, 4, 3),
    ],
)
def test_a_part_is_rounded_by_what_it_is_and_not_by_its_last_bit(
    count, ratio, up, down
):
    assert (masks.at_least(count, ratio), masks.at_most(count, ratio)) == (up, down)


def test_a_block_is_spread_over_its_patches():
    blocks = np.random.default_rng(0).random((B, 2, 3)) < 0.5
    got = ops.convert_to_numpy(masks.spread(ops.convert_to_tensor(blocks), (4, 9)))
    np.testing.assert_array_equal(got, np.kron(blocks, np.ones((1, 2, 3))) > 0)


def test_patches_lie_in_rows_and_come_back():
    images = array(B, 15, 14, 2)
    rows = patches.to_patches(ops.convert_to_tensor(images), (3, 2))
    np.testing.assert_array_equal(to_numpy(rows), cut(images, 3, 2))
    back = patches.to_images(rows, (5, 7), (3, 2))
    np.testing.assert_array_equal(to_numpy(back), images)


def test_a_patch_is_normalized_by_its_unbiased_variance():
    values = array(B, N, 12)
    values[0, 0] = 3  # flat: nothing but the millionth is left
    mean, deviation = patches.mean_and_deviation(ops.convert_to_tensor(values))
    np.testing.assert_allclose(to_numpy(mean)[..., 0], values.mean(-1), atol=1e-6)
    expected = np.sqrt(values.var(-1, ddof=1) + 1e-6)
    np.testing.assert_allclose(to_numpy(deviation)[..., 0], expected, rtol=1e-5)
    assert to_numpy(deviation)[0, 0, 0] == pytest.approx(1e-3)


def test_errors_are_means_over_hidden_patches_alone():
    guess, target = array(B, N, 12), array(B, N, 12, seed=1)
    mask = np.random.default_rng(2).random((B, N)) < 0.3
    for loss, power in ((losses.squared_error, 2), (losses.absolute_error, 1)):
        got = to_numpy(loss(guess, ops.convert_to_tensor(target), mask))
        for i in range(B):
            off = np.abs(guess[i] - target[i])[mask[i]] ** power
            np.testing.assert_allclose(got[i], off.mean(), rtol=1e-5)


def test_cross_entropy_is_a_mean_over_chosen_patches_alone():
    logits, mask = array(B, N, 8), np.random.default_rng(2).random((B, N)) < 0.3
    classes = np.random.default_rng(3).integers(0, 8, (B, N))
    got = to_numpy(losses.cross_entropy(logits, classes, mask))
    chances = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    right = np.take_along_axis(chances, classes[..., None], -1)[..., 0]
    for i in range(B):
        expected = -np.log(right[i][mask[i]]).mean()
        np.testing.assert_allclose(got[i], expected, rtol=1e-5)


def test_an_image_without_hidden_patches_has_no_loss():
    mask = np.zeros((B, N), bool)
    got = losses.squared_error(array(B, N, 12), ops.zeros((B, N, 12)), mask)
    np.testing.assert_array_equal(to_numpy(got), 0)


def test_colors_by_hand():
    def classes(color, bits=3):
        return int(ops.squeeze(colors.color_classes(ops.array([[color]]), bits)))

    assert classes([0.0, 0.0, 0.0]) == 0
    assert classes([255.0, 255.0, 255.0]) == 511
    assert classes([31.9, 32.0, 64.0]) == 0 + 8 * 1 + 64 * 2
    assert classes([300.0, -5.0, 0.0]) == 7  # beyond what there is: the ends
    assert classes([128.0], bits=1) == 1


def test_colors_beside_numpy_and_back():
    means = np.random.default_rng(0).uniform(0, 255, (B, N, 3)).astype("float32")
    r, g, b = np.moveaxis(np.digitize(means, np.arange(32, 256, 32)), -1, 0)
    got = colors.color_classes(ops.convert_to_tensor(means), 3)
    np.testing.assert_array_equal(to_numpy(got), r + 8 * g + 64 * b)
    middles = to_numpy(colors.class_colors(got, 3, 3))
    assert np.abs(middles - means).max() <= 16
