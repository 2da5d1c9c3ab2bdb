"""One block of the Swin Transformer (https://arxiv.org/abs/2103.14030, Figure 3b)."""

import keras

from keras_vit.layers.block import PreNormBlock
from keras_vit.layers.window_attention import WindowAttention


@keras.saving.register_keras_serializable(package="keras_vit")
class SwinBlock(PreNormBlock):
    """Attention within (shifted) windows of a feature map, then an MLP on each place.

    Figure 3(b) of the [Swin Transformer](https://arxiv.org/abs/2103.14030) shows two
    in a row: `shift_size=0`, then `shift_size=window_size // 2`.

    Args:
        num_heads: int, attention heads.
        mlp_dim: int, width of the MLP's hidden layer (the paper: 4 * C).
        window_size: int or (rows, columns).
        shift_size: int or (rows, columns), below `window_size`.
        relative_position_bias: bool, whether attention has its learned bias.
        dropout_rate: float, dropout after each projection.
        attention_dropout_rate: float, dropout on the attention scores.
        drop_path_rate: float, the probability that an example skips a branch.
        layer_scale_init: float, where `LayerScale` starts, or None for no such layer.
        epsilon: float, of the layer normalizations.
        **kwargs: of `keras.layers.Layer`, such as `name` and `dtype`.

    Call arguments:
        inputs: feature maps `(..., H, W, C)`.
        training: bool, whether dropout and drop path are at work.
        return_attention_scores: bool, also give the scores of each window,
            `(..., nW, num_heads, N, N)`.

    Input shape:
        `(..., H, W, C)`, C known; any number of batch axes. H and W may differ from
        call to call.

    Output shape:
        As the input; with `return_attention_scores=True` a pair with the scores.

    Raises:
        ValueError: if `num_heads` does not divide C, `shift_size` is not below
            `window_size`, or a rate is outside [0, 1).

    Example:

    ```python
    import keras
    from keras_vit.layers import SwinBlock

    feature_map = keras.random.normal((2, 8, 8, 12))
    block = SwinBlock(num_heads=3, mlp_dim=48, window_size=4, shift_size=2)
    assert block(feature_map).shape == (2, 8, 8, 12)
    ```
    """

    AXES = "(..., height, width, channels)"

    def __init__(
        self,
        num_heads: int,
        mlp_dim: int,
        window_size: int | tuple[int, int],
        shift_size: int | tuple[int, int] = 0,
        relative_position_bias: bool = True,
        dropout_rate: float = 0.0,
        attention_dropout_rate: float = 0.0,
        drop_path_rate: float = 0.0,
        layer_scale_init: float | None = None,
        epsilon: float = 1e-5,
        **kwargs,
    ):
        super().__init__(
            num_heads,
            mlp_dim,
            dropout_rate,
            attention_dropout_rate,
            drop_path_rate,
            layer_scale_init,
            epsilon,
            **kwargs,
        )
        self.attention = WindowAttention(
            num_heads,
            window_size,
            shift_size,
            relative_position_bias=relative_position_bias,
            dropout_rate=dropout_rate,
            attention_dropout_rate=attention_dropout_rate,
            dtype=self.dtype_policy,
            name="window_attention",
        )

    def compute_output_spec(self, inputs, **kwargs):
        if None in inputs.shape[-3:]:  # JAX has no name for what follows from it
            return self.attention.compute_output_spec(inputs, **kwargs)
        return super().compute_output_spec(inputs, **kwargs)

    def get_config(self):
        return {
            **super().get_config(),
            "window_size": self.attention.window_size,
            "shift_size": self.attention.shift_size,
            "relative_position_bias": self.attention.relative_position_bias,
        }
