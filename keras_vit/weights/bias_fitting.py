"""A bias table of a checkpoint is made to fit the window of a model.

A table of (2·Mh-1)·(2·Mw-1) rows does not tell its sides Mh and Mw.
"""

import math

import numpy as np

from keras_vit.weights.geometry import Geometry
from keras_vit.weights.position_fitting import DoesNotFit, Origin, by
from keras_vit.weights.resampling import resize_bias_table

Window = tuple[int, int]


def fit_bias_table(
    table: np.ndarray,
    block: str,
    geometry: Geometry,
    origin: Origin,
    method: str,
) -> tuple[np.ndarray, str | None]:
    """Fit the table of a block, whose window is found first.

    Args:
        table: Array of shape `(rows, num_heads)`.
        block: Name of the block.
        geometry: Geometry of the model.
        origin: What is known of the checkpoint's model.
        method: `"bicubic"` or `"log_spaced"`, for a larger window.

    Returns:
        The table of the model's window, and what was done to it (None if nothing).

    Raises:
        DoesNotFit: If the window of the table is not known.
    """
    window = geometry.windows[block]
    old = find_window(len(table), block, window, origin)
    if old == window:
        return table, None
    larger = any(new > before for new, before in zip(window, old, strict=True))
    how = method.replace("_", "-") if larger else "its centre"
    resized = resize_bias_table(table, old, window, method)
    return resized, f"window {by(old)} → {by(window)}, {how}"


def find_window(rows: int, block: str, window: Window, origin: Origin) -> Window:
    """Find the window that a table of so many rows was trained for.

    What is told decides. Else a file of this package has to be of the model's window,
    and one of another writer is of a square window if it can be.
    """
    if block in origin.windows:
        return the_only(rows, origin.windows[block])
    if origin.window is not None:
        shrunk = [
            (tall, wide)  # a window that is larger than its map shrinks to it
            for tall in range(1, origin.window[0] + 1)
            for wide in range(1, origin.window[1] + 1)
        ]
        whole = [w for w in (origin.window,) if rows_of(w) == rows]
        return the_only(rows, whole or shrunk)
    side = math.isqrt(rows)
    square = ((side + 1) // 2,) * 2
    if not origin.own and rows_of(square) == rows:
        return square
    if rows_of(window) == rows:
        return window
    if origin.own:
        raise DoesNotFit(
            f"{rows} rows in the file, {rows_of(window)} in the model, whose window is "
            f"{by(window)}: a file of weights alone does not tell its window; give "
            "source_window=(rows, columns), or save the whole model as .keras"
        )
    raise DoesNotFit(
        f"{rows} rows in the file are the table of no square window; give its sides, "
        "as in source_window=(rows, columns)"
    )


def the_only(rows: int, windows: list[Window]) -> Window:
    """The one window of a list whose table has so many rows."""
    fitting = [window for window in windows if rows_of(window) == rows]
    if len(fitting) != 1:
        found = " or ".join(map(by, fitting)) if fitting else "none that was told"
        raise DoesNotFit(f"{rows} rows in the file, a table of the window {found}")
    return fitting[0]


def rows_of(window: Window) -> int:
    """Number of rows of a window's bias table."""
    return (2 * window[0] - 1) * (2 * window[1] - 1)
