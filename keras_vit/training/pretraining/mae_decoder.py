"""The decoder of a masked autoencoder (https://arxiv.org/abs/2111.06377).

B batch, P prefix tokens, K patches that were not hidden, N patches, D hidden_dim.
"""

import keras
from keras import ops

from keras_vit.layers import EncoderBlock, PositionEmbedding
from keras_vit.layers.initializers import truncated_normal
from keras_vit.models.parts import at_least_float32

EPSILON = 1e-6
MLP_RATIO = 4


@keras.saving.register_keras_serializable(package="keras_vit")
class MaskTokens(keras.layers.Layer):
    """Put one learned token at each hidden place, and all patches in their order.

    Args:
        num_prefix_tokens: int, P, tokens before the patches, which stay there.
        **kwargs: of `keras.layers.Layer`.

    Call arguments:
        inputs: a pair of tokens `(B, P + K, D)`, the patches that were not hidden in
            the order of their ranks, and the ranks of all patches, int `(B, N)`.

    Output shape:
        `(B, P + N, D)`.
    """

    def __init__(self, num_prefix_tokens: int, **kwargs):
        super().__init__(**kwargs)
        self.num_prefix_tokens = num_prefix_tokens

    def build(self, input_shape):
        hidden_dim = input_shape[0][-1]
        self.token = self.add_weight(
            shape=(hidden_dim,), initializer=truncated_normal(), name="token"
        )

    def call(self, inputs):
        tokens, ranks = inputs
        prefix = tokens[:, : self.num_prefix_tokens]
        patches = tokens[:, self.num_prefix_tokens :]
        hidden = ranks.shape[1] - patches.shape[1]
        shape = (ops.shape(tokens)[0], hidden, tokens.shape[-1])
        token = ops.broadcast_to(ops.cast(self.token, tokens.dtype), shape)
        by_rank = ops.concatenate([patches, token], axis=1)  # (B, N, D)
        in_order = ops.take_along_axis(by_rank, ranks[..., None], axis=1)
        return ops.concatenate([prefix, in_order], axis=1)

    def compute_output_shape(self, input_shape):
        (batch, _, hidden_dim), (_, count) = input_shape
        return (batch, self.num_prefix_tokens + count, hidden_dim)

    def get_config(self):
        return {**super().get_config(), "num_prefix_tokens": self.num_prefix_tokens}


def build_decoder(
    parts, num_visible, hidden_dim, num_layers, num_heads, dtype
) -> keras.Model:
    """From the encoder's tokens and the patches' ranks to pixels `(B, N, P * Q * C)`.

    Args:
        parts: the `EncoderParts`.
        num_visible: int, K.
        hidden_dim: int, the decoder's own.
        num_layers: int, its blocks.
        num_heads: int, of each.
        dtype: policy of its layers.
    """
    prefix = parts.num_prefix_tokens
    rows, columns = parts.patch_size
    tokens = keras.Input((prefix + num_visible, parts.blocks[-1].output.shape[-1]))
    ranks = keras.Input((parts.num_patches,), dtype="int32")
    x = keras.layers.Dense(hidden_dim, dtype=dtype, name="embedding")(tokens)
    x = MaskTokens(prefix, dtype=dtype, name="mask_tokens")([x, ranks])
    x = PositionEmbedding(
        "sincos_2d", parts.grid_size, prefix, dtype=dtype, name="position_embedding"
    )(x)
    for block in range(num_layers):
        x = EncoderBlock(
            num_heads,
            MLP_RATIO * hidden_dim,
            epsilon=EPSILON,
            dtype=dtype,
            name=f"decoder_block_{block}",
        )(x)
    x = keras.layers.LayerNormalization(epsilon=EPSILON, dtype=dtype, name="norm")(x)
    x = x[:, prefix:]
    x = keras.layers.Dense(
        rows * columns * parts.image_shape[-1],
        dtype=at_least_float32(dtype),
        name="pixels",
    )(x)
    return keras.Model([tokens, ranks], x, name="decoder")
