"""Compare an exported file with the model that it was made from."""

from pathlib import Path

import keras
import numpy as np

from keras_vit.deployment.outputs import named
from keras_vit.deployment.runtimes import RUNTIMES
from keras_vit.deployment.served import normalizes_pixels
from keras_vit.weights.preprocessing import resize_and_crop
from keras_vit.weights.recipes import PAPER

COUNT = 6  # one alone, and a batch of five


def photographs(model: keras.Model, size: tuple[int, int]) -> np.ndarray:
    """Parts of two photographs as a model takes them: uint8, 0 to 255, or -1 to 1."""
    try:
        from sklearn.datasets import load_sample_images
    except ImportError as error:
        raise ImportError(
            "The file is checked with photographs of scikit-learn, which is not "
            "installed: `pip install scikit-learn`, or give images= of your own."
        ) from error
    parts = []
    for photograph in load_sample_images().images:
        thirds = np.array_split(photograph, COUNT // 2, axis=1)
        parts += [resize_and_crop(part[None], size, PAPER)[0] for part in thirds]
    channels = model.inputs[0].shape[-1]
    images = np.stack(parts)
    if channels != 3:
        images = np.repeat(images.mean(axis=-1, keepdims=True), channels, axis=-1)
    if model.inputs[0].dtype == "uint8":
        return np.round(images).astype("uint8")
    if normalizes_pixels(model):
        return images.astype("float32")
    return (images / 127.5 - 1).astype("float32")


def compare(
    model: keras.Model, path: Path, format: str, images: np.ndarray
) -> tuple[float, float]:
    """Run both on one image and on the rest.

    Returns:
        The largest difference of an output, as a fraction of the largest, and the
        fraction of images whose largest output is at the same place.
    """
    predict = RUNTIMES[format][1](path)
    difference, agreed = 0.0, 0
    for batch in filter(len, (images[:1], images[1:])):
        expected = named(model(keras.ops.convert_to_tensor(batch), training=False))
        outputs = predict(batch)
        for name, tensor in expected.items():
            want = keras.ops.convert_to_numpy(tensor)
            got = np.asarray(outputs[name])
            if got.shape != want.shape:
                raise ValueError(
                    f"Output '{name}' of the file has shape {got.shape}, of the model "
                    f"{want.shape}."
                )
            largest = float(np.abs(want).max()) or 1.0
            off = np.abs(got - want).max() / largest
            difference = max(difference, float(off) if np.isfinite(off) else np.inf)
        agreed += int(np.sum(_best(got) == _best(want)))
    return difference, agreed / len(images)


def _best(outputs):
    return outputs.reshape(len(outputs), -1).argmax(axis=1)
