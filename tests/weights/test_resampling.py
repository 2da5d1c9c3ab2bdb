"""The resizes meet those of PyTorch, timm and Microsoft's code."""

import numpy as np
import pytest

from keras_vit.weights import resampling, resize_matrices


@pytest.fixture(scope="module")
def expected(request):
    reference = request.getfixturevalue("reference")
    with np.load(reference / "resize.expected.npz") as file:
        return dict(file)


@pytest.mark.parametrize(("name", "grid"), [("9x9", (9, 9)), ("4x7", (4, 7))])
def test_positions(expected, name, grid):
    positions = expected["position_embedding"][0]
    resized = resampling.resize_positions(positions[1:], (6, 6), grid)
    known = expected[f"position_embedding_{name}"][0]
    np.testing.assert_array_equal(positions[:1], known[:1])
    np.testing.assert_allclose(resized, known[1:], atol=1e-5)


@pytest.mark.parametrize("size", [16, 6])
def test_patch_kernel(expected, size):
    kernel = expected["patch_kernel"].transpose(2, 3, 1, 0)
    resized = resampling.resize_patch_kernel(kernel, (size, size))
    known = expected[f"patch_kernel_{size}"]
    np.testing.assert_allclose(resized.transpose(3, 2, 0, 1), known, atol=1e-4)


@pytest.mark.parametrize(
    ("method", "name"), [("bicubic", "bicubic"), ("log_spaced", "timm")]
)
def test_bias_table(expected, method, name):
    table = resampling.resize_bias_table(expected["bias_table"], (4, 4), (7, 7), method)
    np.testing.assert_allclose(table, expected[f"bias_table_7_{name}"], atol=1e-5)


def test_smaller_window_is_the_exact_centre():
    grid = np.arange(13 * 9 * 2, dtype="float32").reshape(13, 9, 2)
    table = resampling.resize_bias_table(grid.reshape(-1, 2), (7, 5), (5, 2))
    np.testing.assert_array_equal(table, grid[2:11, 3:6].reshape(-1, 2))


def test_one_axis_of_a_window_grows_and_the_other_shrinks():
    constant_rows = np.repeat(np.arange(9.0), 7)[:, None]  # (9, 7) offsets
    table = resampling.resize_bias_table(constant_rows, (5, 4), (3, 6)).reshape(5, 11)
    np.testing.assert_allclose(
        table, np.arange(2.0, 7.0)[:, None] * np.ones(11), rtol=1e-6
    )


@pytest.mark.parametrize("method", ["bicubic", "bilinear"])
@pytest.mark.parametrize(("old", "new"), [(7, 13), (13, 7), (5, 5)])
def test_constants_stay(method, old, new):
    matrix = resize_matrices.antialiased_matrix(old, new, method)
    np.testing.assert_allclose(matrix.sum(axis=1), 1.0)
    assert matrix.shape == (new, old)


def test_same_size_changes_nothing():
    for matrix in (
        resize_matrices.antialiased_matrix(11, 11),
        resize_matrices.plain_bicubic_matrix(11, 11),
    ):
        np.testing.assert_allclose(matrix, np.eye(11), atol=1e-12)


def test_resized_patch_answers_to_resized_image():
    """What the pseudo-inverse is for: exact where the patch grows."""
    random = np.random.default_rng(3)
    kernel = random.normal(size=(4, 4, 2, 5)).astype("float32")
    patch = random.normal(size=(4, 4, 2))
    matrix = resize_matrices.antialiased_matrix(4, 7)
    larger = resampling.apply_matrices(patch, matrix, matrix)
    resized = resampling.resize_patch_kernel(kernel, (7, 7))
    np.testing.assert_allclose(
        np.einsum("ijc,ijcd->d", larger, resized),
        np.einsum("ijc,ijcd->d", patch, kernel),
        atol=1e-4,
    )


def test_channels_follow_timms_rule():
    kernel = np.random.default_rng(5).normal(size=(2, 2, 3, 4)).astype("float32")
    one = resampling.adapt_channels(kernel, 1)
    np.testing.assert_allclose(one[:, :, 0], kernel.sum(axis=2), rtol=1e-6)
    four = resampling.adapt_channels(kernel, 4)
    np.testing.assert_allclose(four, kernel[:, :, [0, 1, 2, 0]] * 0.75, rtol=1e-6)
    eleven = resampling.adapt_channels(kernel, 11)
    order = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1]
    np.testing.assert_allclose(eleven, kernel[:, :, order] * (3 / 11), rtol=1e-6)
