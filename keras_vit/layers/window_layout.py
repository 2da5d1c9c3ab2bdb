"""How windows lie on a feature map of a given size (Swin, Figure 4).

https://arxiv.org/abs/2103.14030
"""

from keras import ops

from keras_vit.windows import shifted_window_mask


class WindowLayout:
    """Padding, shift and mask of the windows on a map of known size.

    Args:
        height: H of the map.
        width: W of the map.
        window_size: (rows, columns), shrunk to the map where it is larger.
        shift_size: (rows, columns), 0 along an axis that one window covers.

    Attributes:
        window: (rows, columns) that are used.
        shift: (rows, columns) that are used.
        padded: (rows, columns) of the map with padding.
        windows: int, windows a map.
        tokens: int, tokens a window.
        mask: boolean `(1, windows, 1, tokens, tokens)`, or None if nothing is shifted.
    """

    def __init__(
        self,
        height: int,
        width: int,
        window_size: tuple[int, int],
        shift_size: tuple[int, int],
    ):
        self.size = (height, width)
        self.window = (min(window_size[0], height), min(window_size[1], width))
        self.shift = (
            shift_size[0] if self.window[0] < height else 0,
            shift_size[1] if self.window[1] < width else 0,
        )
        self.padded = (
            -(-height // self.window[0]) * self.window[0],
            -(-width // self.window[1]) * self.window[1],
        )
        self.tokens = self.window[0] * self.window[1]
        self.windows = self.padded[0] * self.padded[1] // self.tokens
        self.mask = None
        if any(self.shift):
            mask = shifted_window_mask(
                self.padded[0], self.padded[1], self.window, self.shift
            )
            self.mask = mask[None, :, None]  # the same for all images and heads

    def pad_and_roll(self, x):
        """(B, H, W, C) -> the padded map, rolled up and left."""
        rows, columns = (p - s for p, s in zip(self.padded, self.size, strict=True))
        if rows or columns:
            x = ops.pad(x, ((0, 0), (0, rows), (0, columns), (0, 0)))
        if any(self.shift):
            x = ops.roll(x, (-self.shift[0], -self.shift[1]), axis=(1, 2))
        return x

    def roll_back_and_crop(self, x):
        """The inverse of `pad_and_roll`."""
        if any(self.shift):
            x = ops.roll(x, self.shift, axis=(1, 2))
        return x[:, : self.size[0], : self.size[1]]
