"""Window arithmetic of the Swin Transformer (https://arxiv.org/abs/2103.14030).

Constants (which token looks at which, under which relative offset) are NumPy arrays;
what moves tensors is `keras.ops`.

B batch, H height, W width, C channels, (Mh, Mw) window, N = Mh·Mw tokens a window,
nW = (H/Mh)·(W/Mw) windows an image.

Where TensorFlow traces a function without knowing a map's size, sides of maps and
windows are scalar tensors, and so are the constants.
"""

import numpy as np
from keras import ops


def pad_map(x, rows, columns):
    """Put rows of zeros below feature maps and columns of zeros to their right.

    Args:
        x: `(..., H, W, C)`.
        rows: how many rows.
        columns: how many columns.

    Returns:
        `(..., H + rows, W + columns, C)`.

    Example:

    ```python
    import numpy as np
    from keras_vit.windows import pad_map

    assert pad_map(np.ones((2, 5, 7, 3)), rows=1, columns=0).shape == (2, 6, 7, 3)
    ```
    """
    if are_zero(rows, columns):
        return x
    outer = [(0, 0)] * (len(x.shape) - 3)
    return ops.pad(x, (*outer, (0, rows), (0, columns), (0, 0)))


def window_partition(x, window_size: tuple[int, int]):
    """Cut feature maps into windows that do not overlap.

    Args:
        x: `(B, H, W, C)`. H and W are multiples of the window's sides.
        window_size: `(Mh, Mw)`, rows and columns of a window.

    Returns:
        `(B * nW, Mh * Mw, C)`: windows and the tokens in them in row-major order.

    Example:

    ```python
    import numpy as np
    from keras_vit.windows import window_partition

    windows = window_partition(np.zeros((2, 6, 10, 3), "float32"), (3, 5))
    assert windows.shape == (2 * 4, 15, 3)
    ```
    """
    rows, columns = window_size
    width, channels = ops.shape(x)[-2:]
    # Merging the last two axes keeps the transpose at rank 4: rank 6, the textbook
    # way, is several times slower on a CPU.
    x = ops.reshape(x, (-1, rows, width // columns, columns * channels))
    x = ops.transpose(x, (0, 2, 1, 3))  # (B·H/Mh, Mh, W/Mw, Mw·C) -> swap the middle
    return ops.reshape(x, (-1, rows * columns, channels))


def window_reverse(windows, window_size: tuple[int, int], height: int, width: int):
    """Put windows back into feature maps: the inverse of `window_partition`.

    Args:
        windows: `(B * nW, Mh * Mw, C)`.
        window_size: `(Mh, Mw)`.
        height: H of the map.
        width: W of the map.

    Returns:
        `(B, H, W, C)`.

    Example:

    ```python
    import numpy as np
    from keras_vit.windows import window_partition, window_reverse

    x = np.random.rand(2, 6, 10, 3).astype("float32")
    back = window_reverse(window_partition(x, (3, 5)), (3, 5), height=6, width=10)
    assert np.array_equal(back, x)
    ```
    """
    rows, columns = window_size
    channels = windows.shape[-1]
    x = ops.reshape(windows, (-1, width // columns, rows, columns * channels))
    x = ops.transpose(x, (0, 2, 1, 3))  # (B·H/Mh, W/Mw, Mh, Mw·C) -> swap the middle
    return ops.reshape(x, (-1, height, width, channels))


def relative_position_index(window_size, table_window=None):
    """Which row of the bias table belongs to each pair of tokens (Swin, section 3.2).

    A query at (r, c) and a key at (r', c') lie `r - r'` rows and `c - c'` columns
    apart; the table has one row for each of the (2·Mh-1)·(2·Mw-1) such offsets.

    Args:
        window_size: `(Mh, Mw)`.
        table_window: the window that the table was made for, if that is larger. The
            offsets within a smaller window are those at the table's center.

    Returns:
        int32 array `(N, N)`, query by key.

    Example:

    ```python
    from keras_vit.windows import relative_position_index

    assert relative_position_index((1, 2)).tolist() == [[1, 0], [2, 1]]
    assert relative_position_index((1, 2), (1, 3)).tolist() == [[2, 1], [3, 2]]
    ```
    """
    rows, columns = table_window or window_size
    numbers = _numbers_of(*window_size)
    by_row, by_column = (_offsets(side, numbers) for side in window_size)
    row = (by_row + (rows - 1)) * (2 * columns - 1)  # (Mh, Mh)
    column = by_column + (columns - 1)  # (Mw, Mw)
    index = row[:, None, :, None] + column[None, :, None, :]  # (Mh, Mw, Mh, Mw)
    tokens = window_size[0] * window_size[1]
    return numbers.reshape(index, (tokens, tokens))


def _offsets(side, numbers):
    """How far each place lies after each other place along one axis."""
    places = numbers.arange(side, dtype="int32")
    return places[:, None] - places[None, :]


def shifted_window_mask(height, width, window_size, shift_size):
    """Which pairs of tokens may attend after the cyclic shift (Swin, Figure 4).

    Rolling the map brings its far edges together in the last windows. Tokens there
    attend to each other only if they were neighbours before the roll.

    Args:
        height: H of the (padded) map.
        width: W of the (padded) map.
        window_size: `(Mh, Mw)`.
        shift_size: `(Sh, Sw)`, how far the map was rolled up and left.

    Returns:
        boolean array `(nW, N, N)`, window by query by key; True = may attend.

    Example:

    ```python
    from keras_vit.windows import shifted_window_mask

    mask = shifted_window_mask(4, 4, window_size=(2, 2), shift_size=(1, 1))
    assert mask[0].all()  # the first window holds true neighbours only
    assert mask[3].sum() == 4  # in the last, each token comes from another corner
    ```
    """
    rows, columns = window_size
    numbers = _numbers_of(height, width)
    regions = shifted_window_regions(height, width, window_size, shift_size)
    cut = numbers.reshape(regions, (height // rows, rows, width // columns, columns))
    windows = numbers.transpose(cut, (0, 2, 1, 3))
    windows = numbers.reshape(windows, (-1, rows * columns))  # (nW, N)
    return windows[:, :, None] == windows[:, None, :]


def shifted_window_regions(
    height, width, window_size: tuple[int, int], shift_size: tuple[int, int]
):
    """Number the parts of a rolled map that were neighbors before (Swin, Figure 4).

    Args:
        height: H of the (padded) map.
        width: W of the (padded) map.
        window_size: `(Mh, Mw)`.
        shift_size: `(Sh, Sw)`, how far the map was rolled up and left.

    Returns:
        int32 array `(H, W)`, from 0 to 8. Tokens of a window may attend to each other
        if they have the same number.

    Example:

    ```python
    from keras_vit.windows import shifted_window_regions

    regions = shifted_window_regions(4, 4, window_size=(2, 2), shift_size=(1, 1))
    assert regions[2:, 2:].tolist() == [[4, 5], [7, 8]]  # the last window
    ```
    """
    numbers = _numbers_of(height, width)
    by_row = _regions(height, window_size[0], shift_size[0], numbers)
    by_column = _regions(width, window_size[1], shift_size[1], numbers)
    return 3 * by_row[:, None] + by_column[None, :]


def _regions(side, window, shift, numbers):
    """The three stretches of a rolled axis: untouched, before and after the seam."""
    places = numbers.arange(side, dtype="int32")
    if are_zero(shift):
        return 0 * places
    last_window = numbers.where(places >= side - window, 1, 0)
    return last_window + numbers.where(places >= side - shift, 1, 0)


def _numbers_of(*sides):
    """NumPy, or `keras.ops` where a side is a tensor."""
    return np if are_known(*sides) else ops


def are_known(*numbers) -> bool:
    """Whether all are ints, not tensors."""
    return all(isinstance(number, int) for number in numbers)


def are_zero(*numbers) -> bool:
    """Whether all are known to be zero."""
    return are_known(*numbers) and not any(numbers)
