"""Attention in windows, shifted or not (https://arxiv.org/abs/2103.14030, section 3.2).

B batch (all leading axes), H height, W width, C channels, (Mh, Mw) window,
N = Mh·Mw tokens a window, nW windows a (padded) map.
"""

import keras
from keras import ops

from keras_vit.arguments import (
    check_rank,
    flag,
    integer,
    rate,
    window_and_shift,
)
from keras_vit.layers import stock
from keras_vit.layers.attention import MultiHeadSelfAttention
from keras_vit.layers.attention_bias import bias_by_offset
from keras_vit.layers.composite import CompositeLayer
from keras_vit.layers.initializers import truncated_normal
from keras_vit.layers.window_layout import WindowLayout, WindowLayouts
from keras_vit.operations.precision import as_floats
from keras_vit.windows import window_partition, window_reverse


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
    axis; its bias is then the table's center. The table itself is that of the window on
    the map that the layer is built on.

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
        inputs: feature maps `(..., H, W, C)`.
        training: bool, whether dropout is at work.
        return_attention_scores: bool, also give the scores of each window,
            `(..., nW, num_heads, N, N)`: windows, and tokens in them, in row-major
            order on the padded and rolled map.

    Input shape:
        `(..., H, W, C)`, C known; any number of batch axes. H and W may differ from
        call to call, as in detection: the bias table belongs to the window.

    Output shape:
        As the input; with `return_attention_scores=True` a pair with the scores.

    Raises:
        ValueError: if `shift_size` is not below `window_size`, or `num_heads` does not
            divide C, or a layer that was built on a map smaller than its window gets
            a larger one.

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
        self.num_heads = integer(num_heads, "num_heads")
        self.window_size, self.shift_size = window_and_shift(window_size, shift_size)
        self.relative_position_bias = flag(
            relative_position_bias, "relative_position_bias"
        )
        self.dropout_rate = rate(dropout_rate, "dropout_rate")
        self.attention_dropout_rate = rate(
            attention_dropout_rate, "attention_dropout_rate"
        )
        self.attention = MultiHeadSelfAttention(
            num_heads,
            dropout_rate=dropout_rate,
            attention_dropout_rate=attention_dropout_rate,
            dtype=self.dtype_policy,
            name="attention",
        )

    def build(self, input_shape):
        check_rank(self, input_shape, "(..., height, width, channels)")
        *_, height, width, channels = input_shape
        self.table_window = tuple(
            window if side is None else min(window, side)
            for window, side in zip(self.window_size, (height, width), strict=True)
        )
        rows, columns = self.table_window
        self.attention.build((None, None, channels))
        self.relative_position_bias_table = None
        if self.relative_position_bias:
            self.relative_position_bias_table = self.add_weight(
                shape=((2 * rows - 1) * (2 * columns - 1), self.num_heads),
                initializer=truncated_normal(),
                name="relative_position_bias_table",
            )
        self._layouts = WindowLayouts(
            self.window_size,
            self.shift_size,
            self.table_window if self.relative_position_bias else None,
        )
        if height and width:
            self.layout(height, width)  # ready before anything traces a call

    def layout(self, height: int, width: int) -> WindowLayout:
        """How the windows lie on a map of a size, of which there may be many.

        Args:
            height: H of the map.
            width: W of the map.

        Returns:
            A `WindowLayout`: the windows, their shift and mask, the table's index.

        Raises:
            ValueError: if the layer was built on a smaller map than its window, and
                this map needs offsets that its bias table does not have.
        """
        return self._layouts.on_map(height, width)

    def call(self, inputs, training=None, return_attention_scores=False):
        x = as_floats(inputs, self.compute_dtype)
        shape = ops.shape(x)
        layout = self.layout(*shape[-3:-1])
        x = ops.reshape(x, (-1, *shape[-3:]))  # (..., H, W, C) -> (B, H, W, C)
        x = layout.pad_and_roll(x)
        windows = window_partition(x, layout.window)  # (B·nW, N, C)
        windows = ops.reshape(windows, (-1, layout.windows, layout.tokens, shape[-1]))
        attended = stock.call(
            self.attention,
            windows,  # (B, nW, N, C)
            attention_mask=layout.mask_beside(x),
            attention_bias=bias_by_offset(
                self.relative_position_bias_table, layout.index_beside(x)
            ),
            training=training,
            return_attention_scores=return_attention_scores,
        )
        if return_attention_scores:
            attended, scores = attended
        attended = window_reverse(attended, layout.window, *layout.padded)
        attended = ops.reshape(layout.roll_back_and_crop(attended), shape)
        if return_attention_scores:
            return attended, ops.reshape(scores, (*shape[:-3], *ops.shape(scores)[1:]))
        return attended

    def compute_output_spec(self, inputs, training=None, return_attention_scores=False):
        *batch, height, width, _ = inputs.shape
        if height and width:
            return super().compute_output_spec(
                inputs, return_attention_scores=return_attention_scores
            )
        output = keras.KerasTensor(inputs.shape, dtype=self.compute_dtype)
        scores = (*batch, None, self.num_heads, None, None)
        scores = keras.KerasTensor(scores, dtype=self.compute_dtype)
        return (output, scores) if return_attention_scores else output

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
