"""Window arithmetic against the loops that it stands for."""

import numpy as np

from keras_vit import windows
from tests.helpers import array, to_numpy


def test_partition_cuts_windows_in_row_major_order():
    x = array(2, 6, 10, 3)
    got = to_numpy(windows.window_partition(x, (3, 5)))
    expected = [
        image[row : row + 3, column : column + 5].reshape(15, 3)
        for image in x
        for row in (0, 3)
        for column in (0, 5)
    ]
    np.testing.assert_array_equal(got, np.stack(expected))


def test_reverse_undoes_partition():
    x = array(2, 6, 10, 3)
    cut = windows.window_partition(x, (3, 5))
    np.testing.assert_array_equal(
        to_numpy(windows.window_reverse(cut, (3, 5), 6, 10)), x
    )


def test_relative_index_of_a_window_that_is_not_square():
    index = windows.relative_position_index((2, 3))
    places = [(row, column) for row in range(2) for column in range(3)]
    for q, (query_row, query_column) in enumerate(places):
        for k, (key_row, key_column) in enumerate(places):
            row, column = query_row - key_row + 1, query_column - key_column + 2
            assert index[q, k] == row * 5 + column
    assert index.max() == 3 * 5 - 1 and index.min() == 0


def test_mask_joins_exactly_those_who_were_neighbours_before_the_roll():
    height, width, window, shift = 6, 10, (3, 5), (1, 2)
    mask = windows.shifted_window_mask(height, width, window, shift)
    rows, columns = np.mgrid[:height, :width]
    # A token that came from the far side of the roll carries another colour.
    wrapped = np.roll(
        2 * (rows < shift[0]) + (columns < shift[1]), (-1, -2), axis=(0, 1)
    )
    colours = to_numpy(windows.window_partition(wrapped[None, ..., None], window))
    for window_mask, colour in zip(mask, colours[..., 0], strict=True):
        np.testing.assert_array_equal(window_mask, colour[:, None] == colour[None, :])


def test_mask_with_a_shift_along_one_axis_only():
    mask = windows.shifted_window_mask(4, 4, (2, 4), (1, 0))
    assert mask.shape == (2, 8, 8)
    assert mask[0].all()
    assert mask[1].sum() == 2 * 16
