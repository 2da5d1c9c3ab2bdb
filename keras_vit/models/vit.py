"""The Vision Transformer, Figure 1 of https://arxiv.org/abs/2010.11929.

B batch, N patches, T tokens (patches and what stands before them), D hidden_dim.
"""

import keras

from keras_vit.arguments import check_divisible
from keras_vit.layers import (
    ClassToken,
    EncoderBlock,
    PatchEmbedding,
    PositionEmbedding,
    RegisterTokens,
    TokenPooling,
)
from keras_vit.layers.token_normalization import TokenNormalization
from keras_vit.models.parts import (
    at_least_float32,
    channels_last,
    check_top,
    classifier,
    drop_path_rates,
    embedding_dropout,
    finish,
    image_input,
    normalized,
)

EPSILON = 1e-6


def build_vit(
    *,
    patch_size,
    hidden_dim: int,
    num_layers: int,
    num_heads: int,
    mlp_dim: int,
    include_top: bool = True,
    input_tensor=None,
    input_shape=(224, 224, 3),
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation="softmax",
    head_initializer="glorot_uniform",
    name: str = "vision_transformer",
    mean_std=None,
    position_embedding: str = "learned",
    class_token: bool = True,
    num_register_tokens: int = 0,
    layer_scale_init: float | None = None,
    norm_after_pooling: bool = False,
    dropout_rate: float = 0.0,
    attention_dropout_rate: float = 0.0,
    drop_path_rate: float = 0.0,
    dtype=None,
) -> keras.Model:
    """Build a ViT from top to bottom of Figure 1.

    The arguments are those of `keras_vit.VisionTransformer`, but for `mean_std`: a
    (mean, std) to build in, or None.
    """
    check_divisible(hidden_dim, num_heads)
    check_top(include_top, classes)
    _check_class_token(class_token, pooling)
    if include_top and pooling is None:
        pooling = "token" if class_token else "avg"
    num_prefix_tokens = int(class_token) + num_register_tokens

    image = image_input(input_tensor, input_shape, at_least_float32(dtype))
    x = channels_last(image)
    x = x if mean_std is None else normalized(x, mean_std, dtype)
    embed = PatchEmbedding(hidden_dim, patch_size, dtype=dtype, name="patch_embedding")
    grid_size = embed.grid_size(*x.shape[1:3])
    x = embed(x)  # (B, H, W, C) -> (B, N, D)
    if num_register_tokens:
        x = RegisterTokens(num_register_tokens, dtype=dtype, name="register_tokens")(x)
    if class_token:
        x = ClassToken(dtype=dtype, name="class_token")(x)  # (B, N, D) -> (B, T, D)
    x = PositionEmbedding(
        "none" if position_embedding == "relative" else position_embedding,
        grid_size,
        num_prefix_tokens,
        dtype=dtype,
        name="position_embedding",
    )(x)
    x = embedding_dropout(x, dropout_rate, dtype)

    for block, rate in enumerate(drop_path_rates(drop_path_rate, num_layers)):
        x = EncoderBlock(
            num_heads,
            mlp_dim,
            dropout_rate=dropout_rate,
            attention_dropout_rate=attention_dropout_rate,
            drop_path_rate=rate,
            layer_scale_init=layer_scale_init,
            relative_position=position_embedding == "relative",
            epsilon=EPSILON,
            dtype=dtype,
            name=f"encoder_block_{block}",
        )(x)

    norm = TokenNormalization(epsilon=EPSILON, dtype=dtype, name="norm")
    if not norm_after_pooling:
        x = norm(x)
    if pooling is not None:
        x = TokenPooling(pooling, num_prefix_tokens, dtype=dtype, name="pooling")(x)
        if norm_after_pooling:
            x = norm(x)
    if include_top:
        x = classifier(x, classes, classifier_activation, head_initializer, dtype)
    return finish(image, x, input_tensor, name)


def _check_class_token(class_token, pooling):
    """Without this check a register token would be read in place of the class token."""
    if pooling == "token" and not class_token:
        raise ValueError(
            "pooling='token' reads the class token, and there is none. Received: "
            "class_token=False. Use pooling='avg' or 'max', or class_token=True."
        )
