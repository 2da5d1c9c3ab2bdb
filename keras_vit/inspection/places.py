"""Where tokens lie on the map: windows put back, and how far apart they are.

Swin, Figure 4: https://arxiv.org/abs/2103.14030

N tokens (Swin: of a window), nW windows.
"""

import numpy as np

from keras_vit.inspection.found import Found
from keras_vit.layers.window_layout import WindowLayout


def window_places(layout: WindowLayout) -> np.ndarray:
    """For each token of each window, the number of its place on the map.

    Args:
        layout: how the windows lie on the map.

    Returns:
        int `(nW, N)`: `row * columns + column` on the map as it was before padding and
        roll; -1 for padding. Each place is in one window.
    """
    rows, columns = layout.size
    padded = np.full(layout.padded, -1)
    padded[:rows, :columns] = np.arange(rows * columns).reshape(rows, columns)
    rolled = np.roll(padded, (-layout.shift[0], -layout.shift[1]), axis=(0, 1))
    height, width = layout.window
    windows = rolled.reshape(-1, height, layout.padded[1] // width, width)
    return windows.transpose(0, 2, 1, 3).reshape(-1, height * width)


def attending_pairs(layout: WindowLayout) -> np.ndarray:
    """Which tokens of a window may attend to which, padding left out.

    Returns:
        boolean `(nW, N, N)`, query by key.
    """
    real = window_places(layout) >= 0
    pairs = real[:, :, None] & real[:, None, :]
    return pairs if layout.mask is None else pairs & layout.mask[0, :, 0]


def merged_places(size: tuple[int, int]) -> np.ndarray:
    """For each place of a map, the place that patch merging makes it a part of.

    Args:
        size: (rows, columns) of the map before the merging.

    Returns:
        int `(rows * columns,)`: numbers of places on the map of half the sides, which
        are rounded up.
    """
    rows, columns = (np.arange(side) // 2 for side in size)
    return (rows[:, None] * ((size[1] + 1) // 2) + columns[None, :]).reshape(-1)


def on_the_map(found: Found, number: int) -> np.ndarray:
    """1 for tokens that have a place: ViT `(N,)`, Swin `(nW, 1, N)`; 0 for others."""
    if found.kind == "swin":
        places = window_places(found.layout(number))
        return (places >= 0).astype("float32")[:, None]
    here = np.ones(found.num_tokens(number), "float32")
    here[: found.num_prefix_tokens] = 0
    return here


def are_queries(found: Found, number: int) -> np.ndarray:
    """1 for tokens, class token and registers too, and 0 for padding."""
    here = on_the_map(found, number)
    here[..., : found.num_prefix_tokens] = 1
    return here


def pixels_apart(found: Found, number: int) -> np.ndarray:
    """From each token to each, in pixels `(N, N)`; 0 for those without a place."""
    pitch = np.array(found.patch_size) * 2 ** found.stages[number]
    size, before = found.maps[number], found.num_prefix_tokens
    if found.kind == "swin":
        size = found.layout(number).window
    places = np.stack(np.meshgrid(*map(np.arange, size), indexing="ij"), axis=-1)
    places = places.reshape(-1, 2) * pitch
    apart = np.linalg.norm(places[:, None] - places[None, :], axis=-1)
    return np.pad(apart, ((before, 0), (before, 0))).astype("float32")
