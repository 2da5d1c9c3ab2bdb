"""Pictures of positions, biases, filters and patches show their numbers."""

import numpy as np
import pytest

from keras_vit import inspection
from tests.helpers import array
from tests.inspection.drawn import IMAGE, bars, drawn, panels


def test_the_grid_of_grids():
    similarity = array(3, 4, 3, 4)
    figure = inspection.plot_position_similarity(similarity)
    (axes,) = panels(figure)
    grid = drawn(axes)
    assert grid.shape == (3 * 3 + 2, 4 * 4 + 3)
    for row, column in np.ndindex(3, 4):
        tile = grid[4 * row : 4 * row + 3, 5 * column : 5 * column + 4]
        np.testing.assert_array_equal(tile, similarity[row, column])
    assert np.ma.masked_invalid(grid)[3].mask.all()  # gaps are empty
    assert bars(figure) == ["cosine"]
    assert list(axes.get_xticks()) == [1.5, 6.5, 11.5, 16.5]


def test_large_grids_are_thinned_out():
    figure = inspection.plot_position_similarity(np.ones((12, 9, 12, 9)))
    (axes,) = panels(figure)
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        *"0246",
        "8",
        "10",
    ]
    (axes,) = panels(
        inspection.plot_position_similarity(np.ones((4, 4, 4, 4)), every=3)
    )
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "3"]


def test_biases_have_offsets_as_ticks_and_zero_in_the_middle():
    bias = array(3, 5, 7)
    figure = inspection.plot_relative_position_bias(bias)
    for panel, head in zip(panels(figure), bias, strict=True):
        np.testing.assert_array_equal(drawn(panel), head)
        assert panel.images[0].get_extent() == [-3.5, 3.5, 2.5, -2.5]
        low, high = panel.images[0].get_clim()
        assert low == -high == pytest.approx(-np.abs(bias).max())
    assert bars(figure) == ["added to the logits"]


def test_filters_are_gray_where_they_are_zero():
    filters = array(9, 3, 2, 3)
    filters[4, 1, 1] = 0
    (axes,) = panels(inspection.plot_patch_filters(filters))
    grid = drawn(axes)
    assert grid.shape == (2 * 3 + 1, 7 * 2 + 6, 3)  # two rows of seven, gaps of one
    np.testing.assert_allclose(grid[1, 4 * 3 + 1], 0.5)
    first = 0.5 + 0.5 * filters[0] / np.abs(filters[0]).max()
    np.testing.assert_allclose(grid[:3, :2], first)
    assert (grid[4:, 6:] == 1).all()  # nothing after the ninth
    (axes,) = panels(inspection.plot_patch_filters(array(2, 3, 2, 5)))
    grid = drawn(axes)
    assert np.array_equal(grid[..., 0], grid[..., 2])  # five channels: gray


def test_patches_are_the_image_with_gaps():
    (axes,) = panels(inspection.plot_patches(IMAGE, (4, 8)))
    grid = drawn(axes)
    np.testing.assert_allclose(grid[5:9, 9:17], IMAGE[4:8, 8:16] / 255)
    numbers = [text.get_text() for text in axes.texts]
    assert numbers == [str(n) for n in range(9)]  # 20 columns are padded to 24
    assert "3 × 3 = 9 patches" in axes.get_title()
