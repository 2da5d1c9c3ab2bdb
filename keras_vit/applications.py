"""The public models, with the face of `keras.applications`.

A variant's function is the model of any size with a row of `models/variants.py` in it.
"""

from __future__ import annotations  # as text, which the stub of this file repeats

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import keras

from keras_vit.models import arguments
from keras_vit.models.swin import build_swin
from keras_vit.models.variants import SWIN_VARIANTS, VIT_VARIANTS
from keras_vit.models.vit import build_vit
from keras_vit.pretrained import Family, create
from keras_vit.unknown_arguments import names_the_right_one
from keras_vit.variant_functions import variant_function
from keras_vit.weights.catalogue import HALF_MEAN_STD, IMAGENET_MEAN_STD

VIT = Family(build_vit, arguments.VIT, HALF_MEAN_STD)
SWIN = Family(build_swin, arguments.SWIN, IMAGENET_MEAN_STD)


@names_the_right_one
def VisionTransformer(
    include_top: bool = True,
    weights: str | Path | None = None,
    input_tensor: Any = None,
    input_shape: Sequence[int] | None = None,
    pooling: Literal["token", "avg", "max"] | None = None,
    classes: int = 1000,
    classifier_activation: str | Callable[[Any], Any] | None = "softmax",
    name: str = "vision_transformer",
    *,
    patch_size: int | Sequence[int],
    hidden_dim: int,
    num_layers: int,
    num_heads: int,
    mlp_dim: int,
    include_preprocessing: bool = False,
    head_initializer: str | keras.initializers.Initializer | None = None,
    position_embedding: Literal[
        "learned", "learned_2d", "relative", "sincos_2d", "none"
    ] = "learned",
    class_token: bool = True,
    num_register_tokens: int = 0,
    layer_scale_init: float | None = None,
    norm_after_pooling: bool = False,
    dropout_rate: float = 0.0,
    attention_dropout_rate: float = 0.0,
    drop_path_rate: float = 0.0,
    dtype: str | keras.DTypePolicy | None = None,
) -> keras.Model:
    """Vision Transformer of any size.

    Figure 1 of [An Image is Worth 16x16 Words](https://arxiv.org/abs/2010.11929), with
    what its appendix D compares as arguments.

    Args:
        include_top: bool, whether the model ends in a classifier.
        weights: None for random ones, a tag of `keras_vit.list_weights()`,
            `"imagenet"`, `"hf://org/repo"`, or a path: `.safetensors`, `.npz`, `.pth`,
            `.bin`, `.weights.h5`, `.keras`, or a folder of `save_pretrained`. Tags
            are those of the published variant with these sizes.
        input_tensor: Keras tensor to build the model on, of shape (batch, H, W, C).
        input_shape: (H, W, C), any size and any number of channels; H and W multiples
            of `patch_size`. By default (224, 224, 3), or what the weights were trained
            at. (C, H, W) if `keras.config.image_data_format()` is "channels_first".
        pooling: without the top: None for all tokens (batch, T, hidden_dim), `"token"`
            for the class token, `"avg"` or `"max"` over the patches. With the top it
            is what the classifier reads: the class token unless told otherwise.
        classes: int, outputs of the classifier.
        classifier_activation: activation of the classifier; None for logits.
        name: str, the model's name.
        patch_size: int or (rows, columns), pixels of a patch's sides.
        hidden_dim: int, the paper's D, channels of a token.
        num_layers: int, encoder blocks.
        num_heads: int, attention heads; divides hidden_dim.
        mlp_dim: int, width of each MLP's hidden layer.
        include_preprocessing: bool. True takes pixels of 0 to 255, uint8 or float, and
            normalizes them inside the model, as the weights ask for (without weights:
            mean and std 0.5).
        head_initializer: of the classifier's kernel. None means zeros where weights are
            loaded, for fine-tuning (section 3.2 of the ViT paper: "a zero-initialized
            feedforward layer"), and Glorot's uniform numbers for training from
            scratch, where zeros would learn slowly.
        position_embedding: `"learned"` (1-D, the paper's), `"learned_2d"`,
            `"relative"`, `"sincos_2d"` or `"none"`.
        class_token: bool, whether there is a class token.
        num_register_tokens: int, register tokens (arXiv 2309.16588).
        layer_scale_init: float, where LayerScale (arXiv 2103.17239) starts, or None
            for no such layer.
        norm_after_pooling: bool. The paper normalizes all tokens and then pools; True
            pools first, as MAE and timm's `fc_norm` do.
        dropout_rate: float, dropout after the position embedding and each projection.
        attention_dropout_rate: float, dropout on the attention scores.
        drop_path_rate: float, stochastic depth of the last block; it grows linearly
            from 0 in the first.
        dtype: dtype or dtype policy of all layers, as in "mixed_bfloat16". The
            classifier stays in float32.

    Returns:
        A functional `keras.Model`.

    Raises:
        ValueError: for arguments that do not fit each other, the image or the weights.

    Example:

    ```python
    import keras_vit

    model = keras_vit.VisionTransformer(
        input_shape=(32, 48, 3),
        patch_size=8,
        hidden_dim=24,
        num_layers=2,
        num_heads=3,
        mlp_dim=96,
        classes=5,
    )
    assert model.output_shape == (None, 5)
    ```
    """
    return create(VIT, locals())


@names_the_right_one
def SwinTransformer(
    include_top: bool = True,
    weights: str | Path | None = None,
    input_tensor: Any = None,
    input_shape: Sequence[int] | None = None,
    pooling: Literal["avg", "max"] | None = None,
    classes: int = 1000,
    classifier_activation: str | Callable[[Any], Any] | None = "softmax",
    name: str = "swin_transformer",
    *,
    hidden_dim: int,
    depths: Sequence[int],
    num_heads: Sequence[int],
    include_preprocessing: bool = False,
    head_initializer: str | keras.initializers.Initializer | None = None,
    window_size: int | Sequence[int] = 7,
    patch_size: int | Sequence[int] = 4,
    relative_position_bias: bool = True,
    absolute_position_embedding: bool = False,
    shifted_windows: bool = True,
    dropout_rate: float = 0.0,
    attention_dropout_rate: float = 0.0,
    drop_path_rate: float = 0.0,
    dtype: str | keras.DTypePolicy | None = None,
) -> keras.Model:
    """Swin Transformer of any size.

    Figure 3(a) of [Swin Transformer](https://arxiv.org/abs/2103.14030), with what its
    Table 4 compares as arguments.

    Args:
        include_top: bool, whether the model ends in a classifier.
        weights: None for random ones, a tag of `keras_vit.list_weights()`,
            `"imagenet"`, `"hf://org/repo"`, or a path: `.safetensors`, `.pth`, `.bin`,
            `.weights.h5`, `.keras`, or a folder of `save_pretrained`. Tags are those
            of the published variant with these sizes.
        input_tensor: Keras tensor to build the model on, of shape (batch, H, W, C).
        input_shape: (H, W, C), any size and any number of channels. By default
            (224, 224, 3), or what the weights were trained at. (C, H, W) if
            `keras.config.image_data_format()` is "channels_first".
        pooling: without the top: None for the last map (batch, H, W, C), `"avg"` or
            `"max"` over its places. With the top it is what the classifier reads: the
            mean unless told otherwise.
        classes: int, outputs of the classifier.
        classifier_activation: activation of the classifier; None for logits.
        name: str, the model's name.
        hidden_dim: int, the paper's C, channels in the first stage; each next stage
            has twice as many.
        depths: ints, blocks of each stage.
        num_heads: ints, attention heads of each stage's blocks.
        include_preprocessing: bool. True takes pixels of 0 to 255, uint8 or float, and
            normalizes them inside the model, as the weights ask for (without weights:
            ImageNet's mean and std).
        head_initializer: of the classifier's kernel. None means zeros where weights are
            loaded, for fine-tuning (section 3.2 of the ViT paper: "a zero-initialized
            feedforward layer"), and Glorot's uniform numbers for training from
            scratch, where zeros would learn slowly.
        window_size: int or (rows, columns), tokens of a window's sides.
        patch_size: int or (rows, columns), pixels of a patch's sides.
        relative_position_bias: bool, whether attention has its learned bias.
        absolute_position_embedding: bool, whether patches get a learned position.
        shifted_windows: bool, whether every other block shifts its windows by half.
        dropout_rate: float, dropout after the patch embedding and each projection.
        attention_dropout_rate: float, dropout on the attention scores.
        drop_path_rate: float, stochastic depth of the last block; it grows linearly
            from 0 in the first.
        dtype: dtype or dtype policy of all layers, as in "mixed_bfloat16". The
            classifier stays in float32.

    Returns:
        A functional `keras.Model`.

    Raises:
        ValueError: for arguments that do not fit each other or the weights.

    Example:

    ```python
    import keras_vit

    model = keras_vit.SwinTransformer(
        input_shape=(32, 48, 3),
        hidden_dim=8,
        depths=(2, 2),
        num_heads=(2, 4),
        window_size=4,
        include_top=False,
    )
    assert model.output_shape == (None, 4, 6, 16)
    ```
    """
    return create(SWIN, locals())


VARIANTS = {
    name: variant_function(name, row, model, family)
    for table, model, family in (
        (VIT_VARIANTS, VisionTransformer, VIT),
        (SWIN_VARIANTS, SwinTransformer, SWIN),
    )
    for name, row in table.items()
}
globals().update(VARIANTS)

__all__ = ["SwinTransformer", "VisionTransformer", *VARIANTS]
