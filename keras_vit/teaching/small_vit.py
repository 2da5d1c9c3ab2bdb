"""Weights for the notebooks: DINOv2's from the hub, or a small ViT that is at hand."""

import warnings
from pathlib import Path
from typing import Any

import keras

import keras_vit
from keras_vit.teaching.photographs import PHOTOGRAPHS

# Patches as large as DINOv2's, so that both see the same grid.
SMALL_VIT: dict[str, Any] = {
    "patch_size": 14,
    "hidden_dim": 80,
    "num_layers": 5,
    "num_heads": 4,
    "mlp_dim": 320,
    "position_embedding": "sincos_2d",
    "name": "small_vit",
}
FILE = Path(__file__).parent / "small_vit.safetensors"


def small_vit(include_top: bool = True, image_size: int = 224) -> keras.Model:
    """A trained ViT of 0.4 million parameters that comes with the package.

    It has learned to answer as DINOv2's ViT-S/14 (https://arxiv.org/abs/2304.07193)
    does on crops of the 14 photographs of `keras_vit.teaching.PHOTOGRAPHS`, and to name
    the photograph. It knows nothing else: it shows how a tool works, not what a large
    model sees. `tools/train_small_checkpoint.py` trained it.

    Args:
        include_top: bool, with the classifier of the 14 photographs (softmax).
        image_size: int, pixels of the image's sides; a multiple of 14. Images are
            normalized as DINOv2's, by ImageNet's mean and std.

    Returns:
        A functional `keras.Model`.

    Example:

    ```python
    from keras_vit import teaching

    model = teaching.small_vit(image_size=56)
    assert model.output_shape == (None, 14)
    ```
    """
    return keras_vit.VisionTransformer(
        include_top=include_top,
        weights=str(FILE),
        input_shape=(image_size, image_size, 3),
        classes=len(PHOTOGRAPHS),
        **SMALL_VIT,
    )


def pretrained_vit(image_size: int = 224) -> keras.Model:
    """DINOv2's ViT-S/14 without a classifier; where it cannot be had, the small ViT.

    [DINOv2](https://arxiv.org/abs/2304.07193) is 88 MB from the Hugging Face hub, once.
    If the hub is out of reach, one line says so, and `small_vit` takes its place: the
    same patches, fewer and narrower blocks.

    Args:
        image_size: int, pixels of the image's sides; a multiple of 14.

    Returns:
        A functional `keras.Model` from normalized images to all tokens after the last
        normalization, class token first.

    Example:

    ```python
    from keras_vit import teaching

    model = teaching.pretrained_vit(image_size=56)  # 4 x 4 patches
    assert model.output_shape[1] == 1 + 4 * 4
    ```
    """
    try:
        with warnings.catch_warnings():
            # Notebooks without widgets: huggingface_hub's bars warn when imported.
            warnings.filterwarnings("ignore", "IProgress not found")
            return keras_vit.ViTS14(
                include_top=False,
                weights="dinov2",
                input_shape=(image_size, image_size, 3),
            )
    except ValueError as error:
        reason = str(error).split("(")[0].strip()
        print(
            f"DINOv2's weights cannot be had; a small ViT takes their place. {reason}"
        )
        return small_vit(include_top=False, image_size=image_size)
