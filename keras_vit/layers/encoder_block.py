"""One block of the Transformer encoder (https://arxiv.org/abs/2010.11929, Figure 1)."""

import keras

from keras_vit.arguments import flag
from keras_vit.layers.attention import MultiHeadSelfAttention
from keras_vit.layers.block import PreNormBlock


@keras.saving.register_keras_serializable(package="keras_vit")
class EncoderBlock(PreNormBlock):
    """Self-attention between all tokens, then an MLP on each.

    "Transformer Encoder" in Figure 1 of [An Image is Worth 16x16 Words](
    https://arxiv.org/abs/2010.11929): Equations 2 and 3.

    Args:
        num_heads: int, attention heads.
        mlp_dim: int, width of the MLP's hidden layer.
        dropout_rate: float, dropout after each projection.
        attention_dropout_rate: float, dropout on the attention scores.
        drop_path_rate: float, the probability that an example skips a branch.
        layer_scale_init: float, where `LayerScale` starts, or None for no such layer.
        relative_position: bool, 1-D relative attention (appendix D.4).
        epsilon: float, of the layer normalizations.
        **kwargs: of `keras.layers.Layer`, such as `name` and `dtype`.

    Call arguments:
        inputs: tokens `(..., N, D)`.
        training: bool, whether dropout and drop path are at work.
        return_attention_scores: bool, also give the scores `(..., H, N, N)`.

    Input shape:
        `(..., N, D)`, any number of batch axes.

    Output shape:
        As the input; with `return_attention_scores=True` a pair with the scores.

    Raises:
        ValueError: if `num_heads` does not divide D, or a rate is outside [0, 1).

    Example:

    ```python
    import keras
    from keras_vit.layers import EncoderBlock

    tokens = keras.random.normal((2, 5, 12))
    assert EncoderBlock(num_heads=3, mlp_dim=48)(tokens).shape == (2, 5, 12)
    ```
    """

    AXES = "(..., tokens, hidden_dim)"

    def __init__(
        self,
        num_heads: int,
        mlp_dim: int,
        dropout_rate: float = 0.0,
        attention_dropout_rate: float = 0.0,
        drop_path_rate: float = 0.0,
        layer_scale_init: float | None = None,
        relative_position: bool = False,
        epsilon: float = 1e-6,
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
        self.relative_position = flag(relative_position, "relative_position")
        self.attention = MultiHeadSelfAttention(
            num_heads,
            dropout_rate=dropout_rate,
            attention_dropout_rate=attention_dropout_rate,
            relative_position=relative_position,
            dtype=self.dtype_policy,
            name="attention",
        )

    def get_config(self):
        return {**super().get_config(), "relative_position": self.relative_position}
