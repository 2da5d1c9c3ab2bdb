"""The public models, as editors and type checkers see them.

`make stubs` writes this file from applications.py and the table of variants.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import keras

__all__ = [
    "SwinTransformer",
    "VisionTransformer",
    "ViTTi16",
    "ViTS16",
    "ViTS32",
    "ViTB8",
    "ViTB16",
    "ViTB32",
    "ViTL16",
    "ViTL32",
    "ViTH14",
    "ViTS14",
    "ViTB14",
    "ViTL14",
    "SwinT",
    "SwinS",
    "SwinB",
    "SwinL",
]

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

def ViTTi16(
    include_top: bool = True,
    weights: str | Path | None = None,
    input_tensor: Any = None,
    input_shape: Sequence[int] | None = None,
    pooling: Literal["token", "avg", "max"] | None = None,
    classes: int = 1000,
    classifier_activation: str | Callable[[Any], Any] | None = "softmax",
    name: str = "vit_ti16",
    *,
    patch_size: int | Sequence[int] = 16,
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
    """Vision Transformer ViTTi16.

    Its sizes: hidden_dim 192, num_layers 12, num_heads 3, mlp_dim 768, patch_size 16.

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

    model = keras_vit.ViTTi16(classes=5)
    assert model.output_shape == (None, 5)
    ```
    """

def ViTS16(
    include_top: bool = True,
    weights: str | Path | None = None,
    input_tensor: Any = None,
    input_shape: Sequence[int] | None = None,
    pooling: Literal["token", "avg", "max"] | None = None,
    classes: int = 1000,
    classifier_activation: str | Callable[[Any], Any] | None = "softmax",
    name: str = "vit_s16",
    *,
    patch_size: int | Sequence[int] = 16,
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
    """Vision Transformer ViTS16.

    Its sizes: hidden_dim 384, num_layers 12, num_heads 6, mlp_dim 1536, patch_size 16.

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

    model = keras_vit.ViTS16(classes=5)
    assert model.output_shape == (None, 5)
    ```
    """

def ViTS32(
    include_top: bool = True,
    weights: str | Path | None = None,
    input_tensor: Any = None,
    input_shape: Sequence[int] | None = None,
    pooling: Literal["token", "avg", "max"] | None = None,
    classes: int = 1000,
    classifier_activation: str | Callable[[Any], Any] | None = "softmax",
    name: str = "vit_s32",
    *,
    patch_size: int | Sequence[int] = 32,
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
    """Vision Transformer ViTS32.

    Its sizes: hidden_dim 384, num_layers 12, num_heads 6, mlp_dim 1536, patch_size 32.

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

    model = keras_vit.ViTS32(classes=5)
    assert model.output_shape == (None, 5)
    ```
    """

def ViTB8(
    include_top: bool = True,
    weights: str | Path | None = None,
    input_tensor: Any = None,
    input_shape: Sequence[int] | None = None,
    pooling: Literal["token", "avg", "max"] | None = None,
    classes: int = 1000,
    classifier_activation: str | Callable[[Any], Any] | None = "softmax",
    name: str = "vit_b8",
    *,
    patch_size: int | Sequence[int] = 8,
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
    """Vision Transformer ViTB8.

    Its sizes: hidden_dim 768, num_layers 12, num_heads 12, mlp_dim 3072, patch_size 8.

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

    model = keras_vit.ViTB8(classes=5)
    assert model.output_shape == (None, 5)
    ```
    """

def ViTB16(
    include_top: bool = True,
    weights: str | Path | None = None,
    input_tensor: Any = None,
    input_shape: Sequence[int] | None = None,
    pooling: Literal["token", "avg", "max"] | None = None,
    classes: int = 1000,
    classifier_activation: str | Callable[[Any], Any] | None = "softmax",
    name: str = "vit_b16",
    *,
    patch_size: int | Sequence[int] = 16,
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
    """Vision Transformer ViTB16.

    Its sizes: hidden_dim 768, num_layers 12, num_heads 12, mlp_dim 3072, patch_size 16.

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

    model = keras_vit.ViTB16(classes=5)
    assert model.output_shape == (None, 5)
    ```
    """

def ViTB32(
    include_top: bool = True,
    weights: str | Path | None = None,
    input_tensor: Any = None,
    input_shape: Sequence[int] | None = None,
    pooling: Literal["token", "avg", "max"] | None = None,
    classes: int = 1000,
    classifier_activation: str | Callable[[Any], Any] | None = "softmax",
    name: str = "vit_b32",
    *,
    patch_size: int | Sequence[int] = 32,
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
    """Vision Transformer ViTB32.

    Its sizes: hidden_dim 768, num_layers 12, num_heads 12, mlp_dim 3072, patch_size 32.

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

    model = keras_vit.ViTB32(classes=5)
    assert model.output_shape == (None, 5)
    ```
    """

def ViTL16(
    include_top: bool = True,
    weights: str | Path | None = None,
    input_tensor: Any = None,
    input_shape: Sequence[int] | None = None,
    pooling: Literal["token", "avg", "max"] | None = None,
    classes: int = 1000,
    classifier_activation: str | Callable[[Any], Any] | None = "softmax",
    name: str = "vit_l16",
    *,
    patch_size: int | Sequence[int] = 16,
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
    """Vision Transformer ViTL16.

    Its sizes: hidden_dim 1024, num_layers 24, num_heads 16, mlp_dim 4096, patch_size
    16.

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

    model = keras_vit.ViTL16(classes=5)
    assert model.output_shape == (None, 5)
    ```
    """

def ViTL32(
    include_top: bool = True,
    weights: str | Path | None = None,
    input_tensor: Any = None,
    input_shape: Sequence[int] | None = None,
    pooling: Literal["token", "avg", "max"] | None = None,
    classes: int = 1000,
    classifier_activation: str | Callable[[Any], Any] | None = "softmax",
    name: str = "vit_l32",
    *,
    patch_size: int | Sequence[int] = 32,
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
    """Vision Transformer ViTL32.

    Its sizes: hidden_dim 1024, num_layers 24, num_heads 16, mlp_dim 4096, patch_size
    32.

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

    model = keras_vit.ViTL32(classes=5)
    assert model.output_shape == (None, 5)
    ```
    """

def ViTH14(
    include_top: bool = True,
    weights: str | Path | None = None,
    input_tensor: Any = None,
    input_shape: Sequence[int] | None = None,
    pooling: Literal["token", "avg", "max"] | None = None,
    classes: int = 1000,
    classifier_activation: str | Callable[[Any], Any] | None = "softmax",
    name: str = "vit_h14",
    *,
    patch_size: int | Sequence[int] = 14,
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
    """Vision Transformer ViTH14.

    Its sizes: hidden_dim 1280, num_layers 32, num_heads 16, mlp_dim 5120, patch_size
    14.

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

    model = keras_vit.ViTH14(classes=5)
    assert model.output_shape == (None, 5)
    ```
    """

def ViTS14(
    include_top: bool = True,
    weights: str | Path | None = None,
    input_tensor: Any = None,
    input_shape: Sequence[int] | None = None,
    pooling: Literal["token", "avg", "max"] | None = None,
    classes: int = 1000,
    classifier_activation: str | Callable[[Any], Any] | None = "softmax",
    name: str = "vit_s14",
    *,
    patch_size: int | Sequence[int] = 14,
    include_preprocessing: bool = False,
    head_initializer: str | keras.initializers.Initializer | None = None,
    position_embedding: Literal[
        "learned", "learned_2d", "relative", "sincos_2d", "none"
    ] = "learned",
    class_token: bool = True,
    num_register_tokens: int = 0,
    layer_scale_init: float | None = 1e-05,
    norm_after_pooling: bool = False,
    dropout_rate: float = 0.0,
    attention_dropout_rate: float = 0.0,
    drop_path_rate: float = 0.0,
    dtype: str | keras.DTypePolicy | None = None,
) -> keras.Model:
    """Vision Transformer ViTS14.

    Its sizes: hidden_dim 384, num_layers 12, num_heads 6, mlp_dim 1536, patch_size 14,
    layer_scale_init 1e-05.

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
            of `patch_size`. By default (518, 518, 3), or what the weights were trained
            at. (C, H, W) if `keras.config.image_data_format()` is "channels_first".
        pooling: without the top: None for all tokens (batch, T, hidden_dim), `"token"`
            for the class token, `"avg"` or `"max"` over the patches. With the top it
            is what the classifier reads: the class token unless told otherwise.
        classes: int, outputs of the classifier.
        classifier_activation: activation of the classifier; None for logits.
        name: str, the model's name.
        patch_size: int or (rows, columns), pixels of a patch's sides.
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

    model = keras_vit.ViTS14(classes=5)
    assert model.output_shape == (None, 5)
    ```
    """

def ViTB14(
    include_top: bool = True,
    weights: str | Path | None = None,
    input_tensor: Any = None,
    input_shape: Sequence[int] | None = None,
    pooling: Literal["token", "avg", "max"] | None = None,
    classes: int = 1000,
    classifier_activation: str | Callable[[Any], Any] | None = "softmax",
    name: str = "vit_b14",
    *,
    patch_size: int | Sequence[int] = 14,
    include_preprocessing: bool = False,
    head_initializer: str | keras.initializers.Initializer | None = None,
    position_embedding: Literal[
        "learned", "learned_2d", "relative", "sincos_2d", "none"
    ] = "learned",
    class_token: bool = True,
    num_register_tokens: int = 0,
    layer_scale_init: float | None = 1e-05,
    norm_after_pooling: bool = False,
    dropout_rate: float = 0.0,
    attention_dropout_rate: float = 0.0,
    drop_path_rate: float = 0.0,
    dtype: str | keras.DTypePolicy | None = None,
) -> keras.Model:
    """Vision Transformer ViTB14.

    Its sizes: hidden_dim 768, num_layers 12, num_heads 12, mlp_dim 3072, patch_size 14,
    layer_scale_init 1e-05.

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
            of `patch_size`. By default (518, 518, 3), or what the weights were trained
            at. (C, H, W) if `keras.config.image_data_format()` is "channels_first".
        pooling: without the top: None for all tokens (batch, T, hidden_dim), `"token"`
            for the class token, `"avg"` or `"max"` over the patches. With the top it
            is what the classifier reads: the class token unless told otherwise.
        classes: int, outputs of the classifier.
        classifier_activation: activation of the classifier; None for logits.
        name: str, the model's name.
        patch_size: int or (rows, columns), pixels of a patch's sides.
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

    model = keras_vit.ViTB14(classes=5)
    assert model.output_shape == (None, 5)
    ```
    """

def ViTL14(
    include_top: bool = True,
    weights: str | Path | None = None,
    input_tensor: Any = None,
    input_shape: Sequence[int] | None = None,
    pooling: Literal["token", "avg", "max"] | None = None,
    classes: int = 1000,
    classifier_activation: str | Callable[[Any], Any] | None = "softmax",
    name: str = "vit_l14",
    *,
    patch_size: int | Sequence[int] = 14,
    include_preprocessing: bool = False,
    head_initializer: str | keras.initializers.Initializer | None = None,
    position_embedding: Literal[
        "learned", "learned_2d", "relative", "sincos_2d", "none"
    ] = "learned",
    class_token: bool = True,
    num_register_tokens: int = 0,
    layer_scale_init: float | None = 1e-05,
    norm_after_pooling: bool = False,
    dropout_rate: float = 0.0,
    attention_dropout_rate: float = 0.0,
    drop_path_rate: float = 0.0,
    dtype: str | keras.DTypePolicy | None = None,
) -> keras.Model:
    """Vision Transformer ViTL14.

    Its sizes: hidden_dim 1024, num_layers 24, num_heads 16, mlp_dim 4096, patch_size
    14, layer_scale_init 1e-05.

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
            of `patch_size`. By default (518, 518, 3), or what the weights were trained
            at. (C, H, W) if `keras.config.image_data_format()` is "channels_first".
        pooling: without the top: None for all tokens (batch, T, hidden_dim), `"token"`
            for the class token, `"avg"` or `"max"` over the patches. With the top it
            is what the classifier reads: the class token unless told otherwise.
        classes: int, outputs of the classifier.
        classifier_activation: activation of the classifier; None for logits.
        name: str, the model's name.
        patch_size: int or (rows, columns), pixels of a patch's sides.
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

    model = keras_vit.ViTL14(classes=5)
    assert model.output_shape == (None, 5)
    ```
    """

def SwinT(
    include_top: bool = True,
    weights: str | Path | None = None,
    input_tensor: Any = None,
    input_shape: Sequence[int] | None = None,
    pooling: Literal["avg", "max"] | None = None,
    classes: int = 1000,
    classifier_activation: str | Callable[[Any], Any] | None = "softmax",
    name: str = "swin_t",
    *,
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
    """Swin Transformer SwinT.

    Its sizes: hidden_dim 96, depths (2, 2, 6, 2), num_heads (3, 6, 12, 24), patch_size
    4, window_size 7.

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

    model = keras_vit.SwinT(classes=5)
    assert model.output_shape == (None, 5)
    ```
    """

def SwinS(
    include_top: bool = True,
    weights: str | Path | None = None,
    input_tensor: Any = None,
    input_shape: Sequence[int] | None = None,
    pooling: Literal["avg", "max"] | None = None,
    classes: int = 1000,
    classifier_activation: str | Callable[[Any], Any] | None = "softmax",
    name: str = "swin_s",
    *,
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
    """Swin Transformer SwinS.

    Its sizes: hidden_dim 96, depths (2, 2, 18, 2), num_heads (3, 6, 12, 24), patch_size
    4, window_size 7.

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

    model = keras_vit.SwinS(classes=5)
    assert model.output_shape == (None, 5)
    ```
    """

def SwinB(
    include_top: bool = True,
    weights: str | Path | None = None,
    input_tensor: Any = None,
    input_shape: Sequence[int] | None = None,
    pooling: Literal["avg", "max"] | None = None,
    classes: int = 1000,
    classifier_activation: str | Callable[[Any], Any] | None = "softmax",
    name: str = "swin_b",
    *,
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
    """Swin Transformer SwinB.

    Its sizes: hidden_dim 128, depths (2, 2, 18, 2), num_heads (4, 8, 16, 32),
    patch_size 4, window_size 7.

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

    model = keras_vit.SwinB(classes=5)
    assert model.output_shape == (None, 5)
    ```
    """

def SwinL(
    include_top: bool = True,
    weights: str | Path | None = None,
    input_tensor: Any = None,
    input_shape: Sequence[int] | None = None,
    pooling: Literal["avg", "max"] | None = None,
    classes: int = 1000,
    classifier_activation: str | Callable[[Any], Any] | None = "softmax",
    name: str = "swin_l",
    *,
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
    """Swin Transformer SwinL.

    Its sizes: hidden_dim 192, depths (2, 2, 18, 2), num_heads (6, 12, 24, 48),
    patch_size 4, window_size 7.

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

    model = keras_vit.SwinL(classes=5)
    assert model.output_shape == (None, 5)
    ```
    """
