"""Window arithmetic of the Swin Transformer (https://arxiv.org/abs/2103.14030).

Constants (which token looks at which, under which relative offset) are NumPy arrays;
what moves tensors is `keras.ops`.

B batch, H height, W width, C channels, (Mh, Mw) window, N = Mh·Mw tokens a window,
nW = (H/Mh)·(W/Mw) windows an image.
"""

import numpy as np
from keras import ops

from keras_vit.reshaping import reshape


def window_partition(x, window_size: tuple[int, int]):
    """Cut feature maps into windows that do not overlap.

    Args:
        x: `(B, H, W, C)`. H and W are static and multiples of the window's sides.
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
    width, channels = x.shape[-2:]
    # Merging the last two axes keeps the transpose at rank 4: rank 6, the textbook
    # way, is several times slower on a CPU.
    x = reshape(x, (-1, rows, width // columns, columns * channels))
    x = ops.transpose(x, (0, 2, 1, 3))  # (B·H/Mh, Mh, W/Mw, Mw·C) -> swap the middle
    return reshape(x, (-1, rows * columns, channels))


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
    x = reshape(windows, (-1, width // columns, rows, columns * channels))
    x = ops.transpose(x, (0, 2, 1, 3))  # (B·H/Mh, W/Mw, Mh, Mw·C) -> swap the middle
    return reshape(x, (-1, height, width, channels))


def relative_position_index(window_size: tuple[int, int]) -> np.ndarray:
    """Which row of the bias table belongs to each pair of tokens (Swin, section 3.2).

    A query at (r, c) and a key at (r', c') lie `r - r'` rows and `c - c'` columns
    apart; the table has one row for each of the (2·Mh-1)·(2·Mw-1) such offsets.

    Args:
        window_size: `(Mh, Mw)`.

    Returns:
        int32 array `(N, N)`, query by key.

    Example:

    ```python
    from keras_vit.windows import relative_position_index

    assert relative_position_index((1, 2)).tolist() == [[1, 0], [2, 1]]
    ```
    """
    rows, columns = window_size
    grid = np.stack(np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"))
    coordinates = grid.reshape(2, -1)  # (2, N)
    offsets = coordinates[:, :, None] - coordinates[:, None, :]  # (2, N, N)
    from_zero = offsets + np.array([rows - 1, columns - 1])[:, None, None]
    return (from_zero[0] * (2 * columns - 1) + from_zero[1]).astype("int32")


def shifted_window_mask(
    height: int,
    width: int,
    window_size: tuple[int, int],
    shift_size: tuple[int, int],
) -> np.ndarray:
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
    regions = shifted_window_regions(height, width, window_size, shift_size)
    rows, columns = window_size
    cut = regions.reshape(height // rows, rows, width // columns, columns)
    windows = cut.transpose(0, 2, 1, 3).reshape(-1, rows * columns)  # (nW, N)
    return windows[:, :, None] == windows[:, None, :]


def shifted_window_regions(
    height: int,
    width: int,
    window_size: tuple[int, int],
    shift_size: tuple[int, int],
) -> np.ndarray:
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
    regions = np.zeros((height, width), "int32")
    for i, stretch in enumerate(_regions(window_size[0], shift_size[0])):
        regions[stretch] += 3 * i
    for i, stretch in enumerate(_regions(window_size[1], shift_size[1])):
        regions[:, stretch] += i
    return regions


def _regions(window: int, shift: int) -> tuple[slice, slice, slice]:
    """The three stretches of a rolled axis: untouched, before and after the seam."""
    if shift == 0:
        return slice(None), slice(0, 0), slice(0, 0)
    return slice(0, -window), slice(-window, -shift), slice(-shift, None)
