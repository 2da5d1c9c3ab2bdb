"""DINOv2's ViT-S/14 (https://arxiv.org/abs/2304.07193), and the features it gives."""

from pathlib import Path

import keras
import numpy as np

import keras_vit
from benchmarks.reproduce.results import cached
from keras_vit.teaching.small_vit import FILE, SMALL_VIT

TAG, VARIANT = "dinov2", "ViTS14"


def encoder(image_size: int, weights: str, fresh: bool = False) -> keras.Model:
    """Images to tokens.

    Args:
        image_size: int, pixels.
        weights: `"dinov2"`, from the hub; `"small"` is the small ViT that comes with
            the package, for a quick run.
        fresh: bool, the same model without its weights.
    """
    shape = (image_size, image_size, 3)
    if weights == "small":
        file = None if fresh else str(FILE)
        return keras_vit.VisionTransformer(
            include_top=False, weights=file, input_shape=shape, **SMALL_VIT
        )
    # From the start at 1e-5, DINOv2's, blocks would not be heard for a long time.
    arguments = {"layer_scale_init": 1.0} if fresh else {"weights": weights}
    return keras_vit.ViTS14(include_top=False, input_shape=shape, **arguments)


def with_features(tokens: keras.Model) -> keras.Model:
    """Images to class token and mean of the patches, side by side."""
    kinds = ("token", "avg")
    pooled = [
        keras_vit.layers.TokenPooling(kind, num_prefix_tokens=1)(tokens.output)
        for kind in kinds
    ]
    return keras.Model(tokens.input, keras.layers.Concatenate()(pooled))


def prepared(images: np.ndarray, image_size: int) -> np.ndarray:
    """Pictures of bytes, gray or in color, resized and normalized as DINOv2's."""
    from PIL import Image

    images = np.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images
    sides = (image_size, image_size)
    resized = [
        np.asarray(Image.fromarray(one).resize(sides, Image.Resampling.BICUBIC))
        for one in images
    ]
    return keras_vit.preprocess_input(
        np.stack(resized).astype("float32"), TAG, VARIANT, image_size=image_size
    )


def kept_features(folder: Path, name: str, images, image_size: int, weights: str):
    """Features of pictures, computed once.

    Args:
        folder: where they are kept.
        name: of the pictures.
        images: uint8 (N, H, W, C).
        image_size: int, pixels.
        weights: of the encoder.
    """

    def compute():
        model = with_features(encoder(image_size, weights))
        return model.predict(prepared(images, image_size), batch_size=32, verbose=0)

    return cached(folder / f"{name}_{weights}_{image_size}.npy", compute)


def multiply_adds(tokens: keras.Model) -> int:
    """Of one image in a ViT: dense layers, and the two products of attention."""
    embedding = tokens.get_layer("patch_embedding")
    rows, columns = embedding.grid_size(*tokens.input_shape[1:3])
    patches, width = rows * columns, embedding.hidden_dim
    total = patches * int(np.prod(embedding.patch_size)) * 3 * width
    for layer in tokens.layers:
        if isinstance(layer, keras_vit.layers.EncoderBlock):
            dense = 4 * width**2 + 2 * width * layer.mlp_dim
            total += (patches + 1) * (dense + 2 * (patches + 1) * width)
    return total
