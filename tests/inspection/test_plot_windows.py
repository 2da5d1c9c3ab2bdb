"""The steps of shifted windows, held against a block's own layer."""

import matplotlib.figure
import numpy as np
import pytest

from keras_vit import inspection
from keras_vit.inspection.plots.windows import WINDOW_STEPS

NUMBERS = np.arange(35, dtype="uint8").reshape(5, 7)  # windows of 3 x 3: to 6 x 9


def steps(**arguments):
    """The axes of each step, by name."""
    arguments = {"window_size": 3, "patch_size": 1, **arguments}
    figure = inspection.plot_windows(NUMBERS, **arguments)
    names = arguments.get("steps", WINDOW_STEPS)
    return dict(zip(names, figure.axes, strict=True))


def places(axes):
    """Where each patch's number is written: {number: (row, column)}."""
    texts = axes.texts
    return {int(t.get_text()): tuple(t.get_position()[::-1]) for t in texts}


def lines(axes, direction):
    """Where the windows' borders lie, in patches."""
    data = (getattr(line, f"get_{direction}data")() for line in axes.lines)
    return sorted({values[0] + 0.5 for values in data if values[0] == values[1]})


def test_six_steps_in_order():
    axes = steps()
    titles = [panel.get_title() for panel in axes.values()]
    assert [title[:2] for title in titles] == [f"{n}." for n in range(1, 7)]


def test_numbers_travel_with_the_roll_and_come_back():
    axes = steps()
    still = {n: (n // 7, n % 7) for n in range(35)}
    assert places(axes["partition"]) == still
    assert places(axes["shift"]) == still
    assert places(axes["back"]) == still
    rolled = {n: ((n // 7 - 1) % 6, (n % 7 - 1) % 9) for n in range(35)}
    assert places(axes["roll"]) == rolled


def test_pixels_travel_too_and_padding_is_gray():
    axes = steps()
    rolled = np.asarray(axes["roll"].images[0].get_array())
    assert rolled.shape == (6, 9, 3)
    for number, (row, column) in places(axes["roll"]).items():
        np.testing.assert_allclose(
            rolled[int(row), int(column)], number / 255, atol=1e-6
        )
    np.testing.assert_allclose(rolled[4], 0.8, atol=1e-6)  # the row of padding
    back = np.asarray(axes["back"].images[0].get_array())
    np.testing.assert_allclose(back[..., 0], NUMBERS / 255, atol=1e-6)


def test_borders_of_windows():
    axes = steps()
    for step in ("partition", "roll"):
        assert lines(axes[step], "y") == [0, 3, 6]
        assert lines(axes[step], "x") == [0, 3, 6, 9]
    assert lines(axes["shift"], "y") == [1, 4]
    assert lines(axes["shift"], "x") == [1, 4, 7]


def test_regions_are_numbered_as_in_the_published_code():
    numbers = {int(t.get_text()) for t in steps()["regions"].texts}
    assert numbers == set(range(9))
    colors = np.asarray(steps()["regions"].images[-1].get_array())
    rows, columns = [0] * 3 + [3] * 2 + [6], [0] * 6 + [1] * 2 + [2]
    assert np.array_equal(colors, np.add.outer(rows, columns))


def test_a_mask_for_each_window_where_the_window_lies():
    grid = np.ma.filled(
        np.ma.masked_invalid(steps()["masks"].images[0].get_array()), -1
    )
    assert grid.shape == (2 * 9 + 1, 3 * 9 + 2)
    assert (grid[:9, :9] == 1).all()
    region = np.add.outer([0] * 3 + [3] * 2 + [6], [0] * 6 + [1] * 2 + [2])
    last = region[3:, 6:].ravel()
    assert np.array_equal(grid[10:, 20:], last[:, None] == last[None, :])


def test_without_a_shift_nothing_is_masked():
    axes = steps(shift_size=0)
    masks = np.asarray(axes["masks"].images[0].get_array())
    assert np.nanmin(np.ma.filled(np.ma.masked_invalid(masks), 1)) == 1
    assert places(axes["roll"]) == places(axes["partition"])


def test_a_window_larger_than_the_map_shrinks_as_in_the_layer():
    axes = steps(window_size=(3, 9), shift_size=(1, 4))
    assert lines(axes["roll"], "x") == [0, 7]
    assert places(axes["roll"])[0] == (5, 0)  # rolled along one axis only


def test_one_step_on_given_axes():
    figure = matplotlib.figure.Figure()
    ax = figure.subplots()
    got = inspection.plot_windows(NUMBERS, 3, patch_size=1, steps="roll", ax=ax)
    assert got is ax and ax.get_title() == "rolled by −1, −1"
    with pytest.raises(ValueError, match="`ax` has room for one step"):
        inspection.plot_windows(NUMBERS, 3, patch_size=1, ax=ax)


def test_bad_arguments():
    with pytest.raises(ValueError, match="'partition', 'shift'"):
        inspection.plot_windows(NUMBERS, 3, steps=["rol"])
    with pytest.raises(ValueError, match="'partition', 'shift'"):
        inspection.plot_windows(NUMBERS, 3, steps=[])
    with pytest.raises(ValueError, match="below `window_size`"):
        inspection.plot_windows(NUMBERS, 3, shift_size=3)
    with pytest.raises(ValueError, match="`patch_size`"):
        inspection.plot_windows(NUMBERS, 3, patch_size=0)
