"""How windows lie on a feature map of a given size (Swin, Figure 4).

https://arxiv.org/abs/2103.14030
"""

from keras import ops

from keras_vit import operations
from keras_vit.windows import (
    are_known,
    are_zero,
    pad_map,
    relative_position_index,
    shifted_window_mask,
)

LAYOUTS = 32  # of as many sizes the layouts are kept: the masks of large maps are large


class WindowLayouts:
    """The layouts of one layer's windows, by the size of the map.

    Args:
        window_size: (rows, columns).
        shift_size: (rows, columns).
        table_window: (rows, columns) of the window that the bias table was made for:
            the map that the layer was built on may be smaller than `window_size`. None
            if there is no table.
    """

    def __init__(self, window_size, shift_size, table_window):
        self.window_size = window_size
        self.shift_size = shift_size
        self.table_window = table_window
        self._by_size: dict[tuple[int, int], WindowLayout] = {}

    def on_map(self, height, width) -> "WindowLayout":
        """The layout on a map of this size, made once."""
        if not are_known(height, width):
            return self._made(height, width)
        if (height, width) not in self._by_size:
            if len(self._by_size) == LAYOUTS:
                self._by_size.clear()
            self._by_size[height, width] = self._made(height, width)
        return self._by_size[height, width]

    def _made(self, height, width):
        if self.table_window is not None:
            self._check_table((height, width))
        return WindowLayout(
            (height, width), self.window_size, self.shift_size, self.table_window
        )

    def _check_table(self, size):
        axes = zip(self.table_window, self.window_size, size, strict=True)
        for table, window, side in axes:
            if table < window and not (isinstance(side, int) and side <= table):
                received = "x".join(
                    str(side) if isinstance(side, int) else "?" for side in size
                )
                raise ValueError(
                    f"The window of {self.window_size} was shrunk to "
                    f"{self.table_window}, as the map that the layer was built on is "
                    "smaller, and the relative position bias table has no offsets for "
                    f"a larger one. Received: a map of {received}. Build the layer on "
                    "a map of at least a window's size, as in `keras.Input((None, None"
                    f", channels))`, or choose window_size={self.table_window}."
                )


class WindowLayout:
    """Padding, shift and mask of the windows on a map.

    Args:
        size: (height, width) of the map. A side that TensorFlow does not know when it
            traces a function is a scalar tensor, and so is all that follows from it.
        window_size: (rows, columns), shrunk to the map where it is larger.
        shift_size: (rows, columns), 0 along an axis that one window covers.
        table_window: (rows, columns) of the window that the bias table is made for, no
            smaller than the one that is used, or None if there is no table.

    Attributes:
        window: (rows, columns) that are used.
        shift: (rows, columns) that are used.
        padded: (rows, columns) of the map with padding.
        windows: int, windows a map.
        tokens: int, tokens a window.
        mask: boolean `(1, windows, 1, tokens, tokens)`, or None if nothing is shifted.
        index: int32 `(tokens, tokens)`, rows of the bias table, or None.
    """

    def __init__(self, size, window_size, shift_size, table_window):
        self.size = size
        axes = [*zip(size, window_size, shift_size, strict=True)]
        self.window = tuple(_window(side, window) for side, window, _ in axes)
        self.shift = tuple(_shift(*axis) for axis in axes)
        self.padded = tuple(
            -(-side // window) * window
            for side, window in zip(size, self.window, strict=True)
        )
        self.tokens = self.window[0] * self.window[1]
        self.windows = self.padded[0] * self.padded[1] // self.tokens
        self.mask = self.index = None
        if not are_zero(*self.shift):
            height, width = self.padded
            mask = shifted_window_mask(height, width, self.window, self.shift)
            self.mask = mask[None, :, None]  # the same for all images and heads
        if table_window is not None:
            self.index = relative_position_index(self.window, table_window)
        self._mask = operations.Constant(self.mask)
        self._index = operations.Constant(self.index)

    def mask_beside(self, x):
        """The mask for a function that also takes the tensor x."""
        return self._mask.beside(x)

    def index_beside(self, x):
        """The index for a function that also takes the tensor x."""
        return self._index.beside(x)

    def pad_and_roll(self, x):
        """(B, H, W, C) -> the padded map, rolled up and left."""
        missing = (p - s for p, s in zip(self.padded, self.size, strict=True))
        x = pad_map(x, *missing)
        if self.mask is not None:
            x = operations.roll(x, (-self.shift[0], -self.shift[1]))
        return x

    def roll_back_and_crop(self, x):
        """The inverse of `pad_and_roll`."""
        if self.mask is not None:
            x = operations.roll(x, self.shift)
        return x[:, : self.size[0], : self.size[1]]


def _window(side, window):
    return min(window, side) if are_known(side) else ops.minimum(window, side)


def _shift(side, window, shift):
    """0 where one window covers the axis."""
    if shift == 0 or are_known(side):
        return shift if window < side else 0
    return ops.where(window < side, shift, 0)
