"""What goes before a model and what comes after it, as its weights expect."""

from typing import Any

import keras
import numpy as np

from keras_vit.arguments import integer, pair
from keras_vit.weights.images import (
    as_arrays,
    check_channels,
    check_range,
    is_tensor,
)
from keras_vit.weights.recipes import Recipe, find_recipe
from keras_vit.weights.resampling import apply_matrices
from keras_vit.weights.resize_matrices import antialiased_matrix

CLASSES = 1000  # of ImageNet-1k


def preprocess_input(
    images: Any,
    weights: str | None = None,
    variant: str | None = None,
    image_size: int | tuple[int, int] | None = None,
) -> Any:
    """Prepare images as the chosen weights expect them.

    Args:
        images: Pixels from 0 to 255, channels last: `(..., H, W, C)`. NumPy arrays or
            lists of them, or tensors, also inside a tf.data map.
        weights: A tag of `list_weights()`, or `"imagenet"`. None prepares images as
            the ViT paper does, from -1 to 1, or, where a variant is named, as its
            `"imagenet"` weights expect.
        variant: Name of the model, as in `"ViTB16"`; needed where several variants
            share the tag and expect different images.
        image_size: Side or `(rows, columns)` in pixels, to resize the shorter side and
            crop the center as the tag was evaluated; NumPy arrays only. If None,
            images keep their size.

    Returns:
        `(pixel / 255 - mean) / std`, float32, of the same kind as the images.

    Raises:
        ValueError: If the tag is unknown or ambiguous, the images are not of as many
            channels as the mean or from 0 to 1, or `image_size` is given for tensors.

    Example:
    ```python
    import numpy as np
    import keras_vit

    image = np.full((1, 300, 400, 3), 255, dtype="uint8")
    x = keras_vit.preprocess_input(image, "ms_in1k", "SwinT", image_size=224)
    assert x.shape == (1, 224, 224, 3)
    assert keras_vit.preprocess_input(image).max() == 1.0
    ```
    """
    recipe = find_recipe(weights, variant)
    size = None if image_size is None else pair(image_size, "image_size")
    name = repr(weights) if weights else variant or "The ViT paper"
    if is_tensor(images):
        check_channels(images, len(recipe.mean), name)
        check_range(images)
        return normalize_tensor(images, recipe, size)
    prepared = []
    for array in as_arrays(images):
        check_channels(array, len(recipe.mean), name)
        check_range(array)
        if size is not None:
            array = resize_and_crop(array, size, recipe)
        mean, std = np.asarray(recipe.mean), np.asarray(recipe.std)
        prepared.append(((array / 255.0 - mean) / std).astype("float32"))
    if len({array.shape for array in prepared}) > 1:
        raise ValueError(
            "`images` are of several sizes: "
            f"{', '.join(str(array.shape) for array in prepared[:3])} and so on. Give "
            "image_size=(rows, columns) to bring them to one."
        )
    return prepared[0] if len(prepared) == 1 else np.stack(prepared)


def normalize_tensor(images: Any, recipe: Recipe, size: Any) -> Any:
    """Normalize a tensor where it is, also within a graph of tf.data."""
    if size is not None:
        raise ValueError(
            "`image_size` resizes NumPy arrays. Received: "
            f"{type(images).__name__}. Resize tensors in the data pipeline."
        )
    normalization = keras.layers.Normalization(
        mean=(255 * np.asarray(recipe.mean)).tolist(),
        variance=np.square(255 * np.asarray(recipe.std)).tolist(),
        dtype="float32",
    )
    normalization.build((None, len(recipe.mean)))  # not in a tf.data graph
    return normalization(images)


def resize_and_crop(
    images: np.ndarray, size: tuple[int, int], recipe: Recipe
) -> np.ndarray:
    """Resize the shorter side to size / crop and cut out the center, as timm does."""
    rows, columns = size
    *batch, height, width, channels = images.shape
    scale = max(rows / recipe.crop / height, columns / recipe.crop / width)
    tall, wide = max(rows, int(height * scale)), max(columns, int(width * scale))
    top, left = round((tall - rows) / 2), round((wide - columns) / 2)
    down = antialiased_matrix(height, tall, recipe.interpolation)[top : top + rows]
    across = antialiased_matrix(width, wide, recipe.interpolation)
    across = across[left : left + columns]
    flat = images.reshape(-1, height, width, channels)
    resized = [apply_matrices(image, down, across) for image in flat]
    shape = (*batch, rows, columns, channels)
    return np.clip(np.reshape(resized, shape), 0, 255)


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
    top = min(integer(top, "top"), CLASSES)
    scores = predictions if is_tensor(predictions) else np.asarray(predictions)
    scores = keras.ops.convert_to_numpy(scores)
    if scores.ndim != 2 or scores.shape[1] != CLASSES:
        raise ValueError(
            "`decode_predictions` names the 1000 classes of ImageNet-1k. Received: "
            f"predictions of shape {scores.shape}; expected (batch, 1000). The 21841 "
            "or 21843 classes of ImageNet-21k have no names here; take the numbers "
            "with `keras.ops.top_k(predictions, k)`."
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
