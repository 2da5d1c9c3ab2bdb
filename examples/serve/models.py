"""What is served: an ONNX file, and the Keras model that it was made of."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True)
class Served:
    """A model from pixels to scores.

    Args:
        name: of the model.
        predict: from uint8 `(batch, rows, columns, 3)` to `(batch, classes)`.
        size: (rows, columns) of its pictures.
        class_names: one a class.
        file: the ONNX file, or None.
        crop: fraction of a picture's shorter side that the model sees.
        attention: from uint8 `(1, rows, columns, 3)` to a map of patches, or None.
    """

    name: str
    predict: Callable[[np.ndarray], np.ndarray]
    size: tuple[int, int]
    class_names: list[str]
    file: Path | None = None
    crop: float = 1.0
    attention: Callable[[np.ndarray], np.ndarray] | None = None


def of_file(path: Path, **more: Any) -> Served:
    """Serve what `keras_vit.export(..., preprocessing=...)` wrote; no Keras is loaded.

    Args:
        path: of an ONNX file that takes pixels.
        **more: of `Served`.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # Threads that wait would take the cores from those that decode.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"]
    )
    entry, output = session.get_inputs()[0], session.get_outputs()[0]
    _, rows, columns, channels = entry.shape
    if entry.type != "tensor(uint8)" or channels != 3 or not isinstance(rows, int):
        raise ValueError(
            f"'{path}' should take uint8 pixels of one size, RGB. It takes "
            f"{entry.type} {entry.shape}. Export the model with preprocessing=True or "
            "a tag of its weights, and without any_size."
        )
    names = session.get_modelmeta().custom_metadata_map.get("class_names")
    return Served(
        **{"name": Path(path).stem} | more,
        file=path,
        predict=lambda images: session.run([output.name], {entry.name: images})[0],
        size=(rows, columns),
        class_names=json.loads(names)
        if names
        else list(map(str, range(output.shape[1]))),
    )


def of_model(model, folder: Path, weights=None, variant=None, class_names=None):
    """Export a Keras model and serve the file; its attention is left to Keras.

    Args:
        model: a classifier that is a ViT or Swin of keras_vit, or holds one.
        folder: where the ONNX file is written.
        weights: the tag whose mean, std and crop the model expects; None for the ViT
            paper's.
        variant: the model's name in keras_vit, where several share the tag.
        class_names: one a class, or None.
    """
    import keras_vit
    from keras_vit.deployment.served import normalizes_pixels
    from keras_vit.weights.recipes import find_recipe

    recipe = find_recipe(weights, variant)
    path = Path(folder) / f"{model.name}.onnx"
    report = keras_vit.export(
        model,
        path,
        preprocessing=normalizes_pixels(model) or (recipe.mean, recipe.std),
        class_names=class_names,
    )
    print(report)
    attention = attention_of(model, recipe)
    return of_file(path, name=model.name, crop=recipe.crop, attention=attention)


def attention_of(model, recipe) -> Callable[[np.ndarray], np.ndarray]:
    """Attention rollout from pixels, by Keras: the ONNX file has no room for it.

    Args:
        model: a ViT or Swin of keras_vit, or one that holds it.
        recipe: with the mean and std that the model expects, if it takes no pixels.
    """
    from keras_vit.deployment.served import normalizes_pixels
    from keras_vit.inspection import attention_rollout

    def attention(pixels):
        images = pixels
        if not normalizes_pixels(model):
            images = (pixels / 255 - recipe.mean) / recipe.std
        return attention_rollout(model, images.astype("float32"))

    return attention


def small(folder: Path) -> Served:
    """The small trained ViT that comes with the package; it knows 14 photographs."""
    from keras_vit import teaching

    names = [name.replace("_", " ") for name in teaching.PHOTOGRAPHS]
    return of_model(teaching.small_vit(), folder, "dinov2", class_names=names)


def chosen(model: str, weights: str | None, class_names, folder: Path) -> Served:
    """What the command line asks for.

    Args:
        model: path of a .keras or an .onnx file, or a name such as `"ViTB16"`.
        weights: a tag of `keras_vit.list_weights()`; of a file, what it came from.
        class_names: one a class, or None.
        folder: where an ONNX file is written.
    """
    if model.endswith(".onnx"):
        return of_file(Path(model))
    import keras

    import keras_vit

    if model.endswith(".keras"):
        loaded = keras.saving.load_model(model, compile=False)
        return of_model(loaded, folder, weights, class_names=class_names)
    if model not in keras_vit.__all__:
        raise ValueError(
            "--model should be a .keras or .onnx file, or a model of keras_vit such as "
            f"ViTB16. Received: {model}"
        )
    made = getattr(keras_vit, model)(weights=weights or "imagenet")
    return of_model(made, folder, weights, model, class_names)
