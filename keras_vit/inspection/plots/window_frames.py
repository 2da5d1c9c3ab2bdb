"""The steps of shifted window attention, each on one axes (arXiv 2103.14030, Figure 4).

A photograph is a map of patches: h, w patches, (Ph, Pw) pixels in each.
"""

from typing import Any

import keras
import numpy as np

from keras_vit.inspection.plots.canvas import bare
from keras_vit.inspection.plots.filters import PADDING, cut, write
from keras_vit.inspection.plots.photographs import as_picture
from keras_vit.inspection.plots.tiles import middles, tiled
from keras_vit.layers import WindowAttention
from keras_vit.windows import shifted_window_regions

MOST_NUMBERED = 12  # patches along an axis: more would not leave room for a number
LINE = "red"


class WindowFrames:
    """What happens to a photograph in a Swin block, ready to be drawn.

    Args:
        image: `(H, W, C)` or `(H, W)`.
        patch_size: (rows, columns) of pixels.
        window_size: (rows, columns) of patches.
        shift_size: (rows, columns) of patches.
        numbered: bool, whether patches get their number; None where there is room.
    """

    def __init__(self, image: Any, patch_size, window_size, shift_size, numbered):
        patches = cut(as_picture(image), patch_size)  # (h, w, Ph, Pw, 3)
        self.patch = patch_size
        self.size = height, width = patches.shape[:2]
        self.layout = _layout(self.size, window_size, shift_size)
        self.map = patches.reshape(1, height, width, -1).astype("float32")
        if numbered is None:
            numbered = max(self.layout.padded) <= MOST_NUMBERED
        self.numbered = numbered
        # From 1, since padding and the roll bring zeros.
        self.order = np.arange(1, height * width + 1).reshape(1, height, width, 1)

    def partition(self, axes) -> None:
        """Windows that do not overlap: W-MSA."""
        self._photograph(axes, self._padded(self.map), self._padded(self.order))
        self._lines(axes, (0, 0))
        rows, columns = self.layout.window
        bare(axes, f"windows of {rows} × {columns}")

    def shift(self, axes) -> None:
        """The windows that the next block wants: across the borders of the former."""
        self._photograph(axes, self._padded(self.map), self._padded(self.order))
        self._lines(axes, self.layout.shift)
        rows, columns = self.layout.shift
        bare(axes, f"shifted by {rows}, {columns}")

    def roll(self, axes) -> None:
        """The map rolled up and left, so that windows are whole again."""
        self._photograph(axes, *self._rolled())
        self._lines(axes, (0, 0))
        rows, columns = self.layout.shift
        bare(axes, f"rolled by −{rows}, −{columns}")

    def regions(self, axes) -> None:
        """What the roll brought together, numbered as the published code does."""
        rolled, order = self._rolled()
        self._photograph(axes, rolled, order, numbered=False)
        numbers = self.region_numbers()
        tall, wide = self.patch
        colors = np.kron(numbers, np.ones((tall, wide)))
        axes.imshow(colors, cmap="tab10", vmin=0, vmax=9, alpha=0.5)
        self._lines(axes, (0, 0))
        for number in np.unique(numbers):
            ys, xs = np.nonzero(numbers == number)
            y, x = (ys.mean() + 0.5) * tall, (xs.mean() + 0.5) * wide
            write(axes, x - 0.5, y - 0.5, number, 14)
        bare(axes, "regions")

    def masks(self, axes) -> None:
        """The mask of each window, where the window lies."""
        grid = self.mask_of_windows()
        rows, columns, tokens, _ = grid.shape
        gap = max(1, tokens // 6)
        axes.imshow(tiled(grid, gap), cmap="cividis", vmin=0, vmax=1)
        bare(axes, "masks: yellow may look")
        axes.set_xlabel(f"{tokens} × {tokens} tokens a window", fontsize=12)

    def back(self, axes) -> None:
        """The map rolled back, its padding cut off."""
        rolled, order = self._rolled()
        undone = [self.layout.roll_back_and_crop(x) for x in (rolled, order)]
        self._photograph(axes, *undone)
        bare(axes, "rolled back")

    def region_numbers(self) -> np.ndarray:
        """`(padded h, padded w)`."""
        layout = self.layout
        height, width = layout.padded
        return shifted_window_regions(height, width, layout.window, layout.shift)

    def mask_of_windows(self) -> np.ndarray:
        """`(rows, columns, N, N)` of windows; 1 = may attend."""
        layout = self.layout
        rows, columns = (
            p // m for p, m in zip(layout.padded, layout.window, strict=True)
        )
        shape = (rows, columns, layout.tokens, layout.tokens)
        if layout.mask is None:
            return np.ones(shape)
        return np.asarray(layout.mask, "float64").reshape(shape)

    def _padded(self, x):
        """As `pad_and_roll` pads, but not rolled."""
        return _layout(self.size, self.layout.window, 0).pad_and_roll(x)

    def _rolled(self):
        return self.layout.pad_and_roll(self.map), self.layout.pad_and_roll(self.order)

    def _photograph(self, axes, patches, order, numbered=True) -> None:
        """Draw a map (1, h, w, Ph·Pw·3) as the picture that it is, padding in gray."""
        patches = keras.ops.convert_to_numpy(patches)[0]
        order = keras.ops.convert_to_numpy(order)[0, ..., 0]
        patches = np.where(order[..., None] > 0, patches, PADDING)
        tall, wide = self.patch
        height, width = order.shape
        axes.imshow(tiled(patches.reshape(height, width, tall, wide, 3), gap=0))
        if not (numbered and self.numbered):
            return
        ys, xs = middles(height, tall, 0), middles(width, wide, 0)
        for (row, column), number in np.ndenumerate(order):
            if number:
                write(axes, xs[column], ys[row], number - 1, 10)

    def _lines(self, axes, start) -> None:
        """Draw the borders of windows whose first is moved by `start`."""
        tall, wide = self.patch
        rows, columns = self.layout.padded
        for row in range(start[0], rows + 1, self.layout.window[0]):
            axes.axhline(row * tall - 0.5, color=LINE, linewidth=2.5)
        for column in range(start[1], columns + 1, self.layout.window[1]):
            axes.axvline(column * wide - 0.5, color=LINE, linewidth=2.5)


def _layout(size, window_size, shift_size):
    """How the layer itself lays its windows on a map."""
    layer = WindowAttention(
        1, window_size, shift_size, relative_position_bias=False, dtype="float32"
    )
    layer.build((None, *size, 1))
    return layer.layout(*size)
