"""What goes before a model and what comes after it, as its weights expect."""

from typing import Any

import keras
import numpy as np

from keras_vit.weights.catalogue import WeightsInfo
from keras_vit.weights.lookup import find_rows, weights_info
from keras_vit.weights.resampling import apply_matrices
from keras_vit.weights.resize_matrices import antialiased_matrix


def preprocess_input(
    images: Any,
    weights: str = "imagenet",
    variant: str | None = None,
    image_size: int | tuple[int, int] | None = None,
) -> Any:
    """Prepare images as the chosen weights expect them.

    Args:
        images: Pixels from 0 to 255, channels last: `(..., H, W, C)`. NumPy arrays, or
            tensors, also inside a tf.data map.
        weights: A tag of `list_weights()`.
        variant: Name of the model, as in `"ViTB16"`; needed where several variants
            share the tag and expect different images.
        image_size: Side or `(rows, columns)` in pixels, to resize the shorter side and
            crop the centre as the tag was evaluated; NumPy arrays only. If None,
            images keep their size.

    Returns:
        `(pixel / 255 - mean) / std`, float32, of the same kind as the images.

    Raises:
        ValueError: If the tag is unknown or ambiguous, the images are not of as many
            channels as the mean, or `image_size` is given for tensors.

    Example:
    ```python
    import numpy as np
    import keras_vit

    image = np.full((1, 300, 400, 3), 255, dtype="uint8")
    x = keras_vit.preprocess_input(image, "ms_in1k", "SwinT", image_size=224)
    assert x.shape == (1, 224, 224, 3)
    ```
    """
    info = find_info(weights, variant)
    shape = tuple(images.shape)
    if len(shape) < 3 or shape[-1] != len(info.mean):
        raise ValueError(
            f"{weights!r} expects images (..., H, W, {len(info.mean)}), channels last. "
            f"Received: shape {shape}."
        )
    mean, std = np.asarray(info.mean), np.asarray(info.std)
    if not isinstance(images, np.ndarray):
        if image_size is not None:
            raise ValueError(
                "`image_size` resizes NumPy arrays. Received: "
                f"{type(images).__name__}. Resize tensors in the data pipeline."
            )
        normalization = keras.layers.Normalization(
            mean=(255 * mean).tolist(),
            variance=np.square(255 * std).tolist(),
            dtype="float32",
        )
        normalization.build((None, len(info.mean)))  # not in a tf.data graph
        return normalization(images)
    if image_size is not None:
        images = resize_and_crop(images, image_size, info)
    return ((images / 255.0 - mean) / std).astype("float32")


def find_info(tag: str, variant: str | None) -> WeightsInfo:
    """Look a tag up; a shared tag needs no variant where all expect the same."""
    rows = find_rows(tag) if variant is None else []
    recipes = {(row.mean, row.std, row.interpolation, row.crop) for row in rows}
    return rows[0] if len(recipes) == 1 else weights_info(tag, variant)


def resize_and_crop(
    images: np.ndarray, image_size: int | tuple[int, int], info: WeightsInfo
) -> np.ndarray:
    """Resize the shorter side to size / crop and cut out the centre, as timm does."""
    rows, columns = np.broadcast_to(image_size, 2)
    *batch, height, width, channels = images.shape
    scale = max(rows / info.crop / height, columns / info.crop / width)
    tall, wide = max(rows, int(height * scale)), max(columns, int(width * scale))
    top, left = round((tall - rows) / 2), round((wide - columns) / 2)
    down = antialiased_matrix(height, tall, info.interpolation)[top : top + rows]
    across = antialiased_matrix(width, wide, info.interpolation)[left : left + columns]
    flat = images.reshape(-1, height, width, channels)
    resized = np.stack([apply_matrices(image, down, across) for image in flat])
    return np.clip(resized, 0, 255).reshape(*batch, rows, columns, channels)


def decode_predictions(predictions: Any, top: int = 5) -> list[list[tuple]]:
    """Name the likeliest classes of ImageNet-1k.

    Args:
        predictions: Array `(batch, 1000)` of probabilities or logits.
        top: Number of classes to name.

    Returns:
        For each image a list of `(WordNet ID, name, score)`, best first.

    Raises:
        ValueError: If there are not 1000 classes, or the names cannot be fetched.

    Example (the names are downloaded once):
    ```python no-run
    model = keras_vit.ViTB16(weights="augreg_in21k_ft_in1k")
    names = keras_vit.decode_predictions(model.predict(images), top=3)
    ```
    """
    scores = keras.ops.convert_to_numpy(predictions)
    if scores.ndim != 2 or scores.shape[1] != 1000:
        raise ValueError(
            "`decode_predictions` names the 1000 classes of ImageNet-1k. Received: "
            f"predictions of shape {scores.shape}. The 21841 or 21843 classes of "
            "ImageNet-21k have no names here; take the numbers with "
            "`keras.ops.top_k(predictions, k)`."
        )
    decode = keras.applications.imagenet_utils.decode_predictions
    try:
        return decode(scores, top=top)
    except Exception as error:  # get_file raises bare Exceptions
        raise ValueError(
            "The class names could not be fetched; they are downloaded once into "
            "Keras's cache. Check the network, or take the numbers with "
            "`keras.ops.top_k(predictions, k)`."
        ) from error
