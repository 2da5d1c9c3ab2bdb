"""The Swin Transformer, Figure 3(a) of https://arxiv.org/abs/2103.14030.

B batch, H height, W width of a stage's map, C hidden_dim of the first stage.
"""

from collections.abc import Sequence

import keras

from keras_vit.arguments import check_divisible
from keras_vit.layers import PatchEmbedding, PatchMerging, PositionEmbedding, SwinBlock
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

EPSILON = 1e-5
MLP_RATIO = 4  # "The expansion layer of each MLP is alpha = 4" (section 3.3)


def build_swin(
    *,
    hidden_dim: int,
    depths: Sequence[int],
    num_heads: Sequence[int],
    window_size=7,
    patch_size=4,
    include_top: bool = True,
    input_tensor=None,
    input_shape=(224, 224, 3),
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation="softmax",
    head_initializer="glorot_uniform",
    name: str = "swin_transformer",
    mean_std=None,
    relative_position_bias: bool = True,
    absolute_position_embedding: bool = False,
    shifted_windows: bool = True,
    dropout_rate: float = 0.0,
    attention_dropout_rate: float = 0.0,
    drop_path_rate: float = 0.0,
    dtype=None,
) -> keras.Model:
    """Build a Swin Transformer from left to right of Figure 3(a).

    The arguments are those of `keras_vit.SwinTransformer`, but for `mean_std`: a
    (mean, std) to build in, or None.
    """
    _check_stages(hidden_dim, depths, num_heads)
    check_top(include_top, classes)
    if include_top and pooling is None:
        pooling = "avg"
    half_window = (window_size[0] // 2, window_size[1] // 2)
    rates = iter(drop_path_rates(drop_path_rate, sum(depths)))

    image = image_input(input_tensor, input_shape, at_least_float32(dtype))
    x = channels_last(image)
    x = x if mean_std is None else normalized(x, mean_std, dtype)
    x = PatchEmbedding(
        hidden_dim,
        patch_size,
        flatten=False,
        pad=True,
        dtype=dtype,
        name="patch_embedding",
    )(x)  # (B, H, W, C)
    x = _norm("patch_norm", dtype)(x)
    if absolute_position_embedding:
        x = _with_positions(x, dtype)
    x = embedding_dropout(x, dropout_rate, dtype)

    for stage, (depth, heads) in enumerate(zip(depths, num_heads, strict=True)):
        if stage > 0:  # (B, H, W, C) -> (B, H/2, W/2, 2C)
            x = PatchMerging(EPSILON, dtype=dtype, name=f"stage_{stage}_patch_merging")(
                x
            )
        for block in range(depth):
            shifts = shifted_windows and block % 2 == 1
            x = SwinBlock(
                heads,
                MLP_RATIO * x.shape[-1],
                window_size,
                half_window if shifts else 0,
                relative_position_bias=relative_position_bias,
                dropout_rate=dropout_rate,
                attention_dropout_rate=attention_dropout_rate,
                drop_path_rate=next(rates),
                epsilon=EPSILON,
                dtype=dtype,
                name=f"stage_{stage}_block_{block}",
            )(x)

    x = _norm("norm", dtype)(x)
    if pooling is not None:
        x = _pooling(pooling, dtype)(x)
    if include_top:
        x = classifier(x, classes, classifier_activation, head_initializer, dtype)
    return finish(image, x, input_tensor, name)


def _norm(name, dtype):
    return TokenNormalization(epsilon=EPSILON, dtype=dtype, name=name)


def _pooling(pooling, dtype):
    layers = {
        "avg": keras.layers.GlobalAveragePooling2D,
        "max": keras.layers.GlobalMaxPooling2D,
    }
    return layers[pooling](data_format="channels_last", dtype=dtype, name="pooling")


def _with_positions(x, dtype):
    """Swin's `ape`: one learned vector a place of the first map."""
    _, height, width, hidden_dim = x.shape
    tokens = keras.layers.Reshape(
        (height * width, hidden_dim), dtype=dtype, name="as_tokens"
    )(x)
    tokens = PositionEmbedding(
        "learned", (height, width), dtype=dtype, name="position_embedding"
    )(tokens)
    return keras.layers.Reshape(
        (height, width, hidden_dim), dtype=dtype, name="as_map"
    )(tokens)


def _check_stages(hidden_dim, depths, num_heads):
    if len(depths) != len(num_heads):
        raise ValueError(
            "`depths` and `num_heads` should have one int a stage. Received: "
            f"depths={depths}, num_heads={num_heads}"
        )
    for stage, heads in enumerate(num_heads):
        check_divisible(hidden_dim * 2**stage, heads)
