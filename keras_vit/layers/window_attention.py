"""Attention in windows, shifted or not (https://arxiv.org/abs/2103.14030, section 3.2).

B batch (all leading axes), H height, W width, C channels, (Mh, Mw) window,
N = Mh·Mw tokens a window, nW windows a (padded) map.
"""

import keras
from keras import ops

from keras_vit.arguments import check_static_map, pair
from keras_vit.layers.attention import MultiHeadSelfAttention
from keras_vit.layers.composite import CompositeLayer, inner, one_piece
from keras_vit.layers.initializers import truncated_normal
from keras_vit.layers.window_layout import WindowLayout
from keras_vit.reshaping import reshape
from keras_vit.windows import (
    relative_position_index,
    window_partition,
    window_reverse,
)


@keras.saving.register_keras_serializable(package="keras_vit")
class WindowAttention(CompositeLayer):
    """Self-attention within windows of a feature map: W-MSA and SW-MSA.

    [Swin Transformer](https://arxiv.org/abs/2103.14030), section 3.2. With
    `shift_size=0` each window is an island; with a shift the windows straddle the
    borders of the former ones. The map is rolled instead of cut anew (Figure 4), and a
    mask keeps apart what the roll has brought together. Equation 4's relative position
    bias is learned for each offset between two tokens and each head.

    A map that no whole number of windows covers is padded with zeros at the bottom and
    right. A window larger than the map shrinks to it, and is not shifted along that
    axis.

    Args:
        num_heads: int, attention heads. Has to divide C.
        window_size: int or (rows, columns), M.
        shift_size: int or (rows, columns), at least 0 and below `window_size`; the
            paper takes `window_size // 2` in every other block.
        relative_position_bias: bool, whether logits get the learned bias.
        dropout_rate: float, dropout after the output projection.
        attention_dropout_rate: float, dropout on the attention scores.
        **kwargs: of `keras.layers.Layer`, such as `name` and `dtype`.

    Call arguments:
        x: feature maps `(..., H, W, C)`.
        training: bool, whether dropout is at work.
        return_attention_scores: bool, also give the scores of each window,
            `(..., nW, num_heads, N, N)`: windows, and tokens in them, in row-major
            order on the padded and rolled map.

    Input shape:
        `(..., H, W, C)`, H, W and C known; any number of batch axes.

    Output shape:
        As the input; with `return_attention_scores=True` a pair with the scores.

    Raises:
        ValueError: if `shift_size` is not below `window_size`, or `num_heads` does not
            divide C.

    Example:

    ```python
    import keras
    from keras_vit.layers import WindowAttention

    feature_map = keras.random.normal((2, 6, 10, 12))
    attention = WindowAttention(num_heads=3, window_size=4, shift_size=2)
    attended, scores = attention(feature_map, return_attention_scores=True)
    assert attended.shape == (2, 6, 10, 12)
    assert scores.shape == (2, 2 * 3, 3, 16, 16)  # padded to 8 x 12: 2 x 3 windows
    ```
    """

    def __init__(
        self,
        num_heads: int,
        window_size: int | tuple[int, int],
        shift_size: int | tuple[int, int] = 0,
        relative_position_bias: bool = True,
        dropout_rate: float = 0.0,
        attention_dropout_rate: float = 0.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.window_size = pair(window_size, "window_size")
        self.shift_size = pair(shift_size, "shift_size", minimum=0)
        for window, shift in zip(self.window_size, self.shift_size, strict=True):
            if shift >= window:
                raise ValueError(
                    "`shift_size` should be below `window_size` along each axis (the "
                    f"paper: half of it). Received: shift_size={shift_size}, "
                    f"window_size={window_size}"
                )
        self.relative_position_bias = relative_position_bias
        self.dropout_rate = dropout_rate
        self.attention_dropout_rate = attention_dropout_rate
        with one_piece():
            self.attention = MultiHeadSelfAttention(
                num_heads,
                dropout_rate=dropout_rate,
                attention_dropout_rate=attention_dropout_rate,
                dtype=self.dtype_policy,
                name="attention",
            )

    def build(self, input_shape):
        check_static_map(self, input_shape)
        *_, height, width, channels = input_shape
        self.layout = WindowLayout(height, width, self.window_size, self.shift_size)
        self.relative_position_index = relative_position_index(self.layout.window)
        self.attention.build((None, self.layout.tokens, channels))
        if self.relative_position_bias:
            rows, columns = self.layout.window
            self.relative_position_bias_table = self.add_weight(
                shape=((2 * rows - 1) * (2 * columns - 1), self.num_heads),
                initializer=truncated_normal(),
                name="relative_position_bias_table",
            )

    def call(self, x, training=None, return_attention_scores=False):
        layout = self.layout
        shape = ops.shape(x)
        x = reshape(x, (-1, *shape[-3:]))  # (..., H, W, C) -> (B, H, W, C)
        x = layout.pad_and_roll(x)
        windows = window_partition(x, layout.window)  # (B·nW, N, C)
        windows = reshape(windows, (-1, layout.windows, *windows.shape[-2:]))
        attended = inner(self.attention)(
            windows,  # (B, nW, N, C)
            attention_mask=layout.mask,
            attention_bias=self._bias(),
            training=training,
            return_attention_scores=return_attention_scores,
        )
        if return_attention_scores:
            attended, scores = attended
        attended = window_reverse(attended, layout.window, *layout.padded)
        attended = reshape(layout.roll_back_and_crop(attended), shape)
        if return_attention_scores:
            return attended, reshape(scores, (*shape[:-3], *scores.shape[1:]))
        return attended

    def _bias(self):
        """One bias a head: (num_heads, N, N)."""
        if not self.relative_position_bias:
            return None
        index = self.relative_position_index
        bias = ops.take(self.relative_position_bias_table, index.reshape(-1), axis=0)
        bias = reshape(bias, (*index.shape, self.num_heads))
        return ops.transpose(bias, (2, 0, 1))  # (N, N, H) -> (H, N, N)

    def get_config(self):
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "window_size": self.window_size,
            "shift_size": self.shift_size,
            "relative_position_bias": self.relative_position_bias,
            "dropout_rate": self.dropout_rate,
            "attention_dropout_rate": self.attention_dropout_rate,
        }
