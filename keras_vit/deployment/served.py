"""The model that is exported: float32, with what belongs before it and after it."""

import keras
import numpy as np

from keras_vit.arguments import items
from keras_vit.layers.freezing import inner_layers
from keras_vit.layers.pixel_normalization import PixelNormalization
from keras_vit.weights.recipes import find_recipe


def served(model: keras.Model, preprocessing) -> keras.Model:
    """The same model in float32 as a functional one, from pixels where that is asked.

    Args:
        model: with one input of images.
        preprocessing: as in `export`.

    Returns:
        A model whose input is named `images`.
    """
    _check(model)
    model = in_float32(model)
    if isinstance(model, keras.Sequential):  # it has no structure of outputs
        model = keras.Model(model.inputs, model.outputs[0], name=model.name)
    if preprocessing is None:
        return model
    shape = model.inputs[0].shape[1:]
    images = keras.Input(shape, dtype="uint8", name="images")
    x = keras.layers.Rescaling(1.0, dtype="float32", name="as_floats")(images)
    if not normalizes_pixels(model):
        mean, std = _mean_std(preprocessing, shape[-1])
        x = PixelNormalization(
            mean=(255 * mean).tolist(),
            variance=np.square(255 * std).tolist(),
            dtype="float32",
            name="pixels",
        )(x)
    elif preprocessing is not True:
        raise ValueError(
            f"'{model.name}' normalizes pixels itself (include_preprocessing=True). "
            f"Received: preprocessing={preprocessing!r}. Give preprocessing=True."
        )
    return keras.Model(images, model(x), name=model.name)


def _check(model) -> None:
    if not isinstance(model, keras.Model) or not getattr(model, "inputs", None):
        raise ValueError(
            "`model` should be a functional or Sequential keras.Model that is built. "
            f"Received: {model!r}"
        )
    if len(model.inputs) != 1 or len(model.inputs[0].shape) != 4:
        shapes = [tuple(tensor.shape) for tensor in model.inputs]
        raise ValueError(
            "`model` should have one input, images of (batch, height, width, "
            f"channels). Received: inputs of {shapes}"
        )
    for _, layer, _ in inner_layers(model):
        if getattr(layer, "quantization_mode", None):
            raise ValueError(
                f"'{layer.path}' is quantized by Keras ({layer.quantization_mode}), "
                "which other formats do not know. Export the model as it was before, "
                "with precision='int8' for their own quantization."
            )
        if getattr(layer, "lora_enabled", False):
            raise ValueError(
                f"'{layer.path}' has LoRA. Export "
                "`keras_vit.training.merge_lora(model)`."
            )


def normalizes_pixels(model) -> bool:
    """Whether a model takes pixels of 0 to 255."""
    return any(isinstance(x, PixelNormalization) for _, x, _ in inner_layers(model))


def _mean_std(preprocessing, channels: int) -> tuple[np.ndarray, np.ndarray]:
    """Of True (the paper's), a tag of weights, or a pair."""
    if preprocessing is True or isinstance(preprocessing, str):
        tag = None if preprocessing is True else preprocessing
        values = find_recipe(tag, None)[:2]
    elif len(items(preprocessing)) == 2:
        values = items(preprocessing)
    else:
        raise ValueError(
            "`preprocessing` should be True, a tag of weights, or a pair (mean, std) "
            f"for pixels of 0 to 1. Received: preprocessing={preprocessing!r}"
        )
    mean, std = (_of_channels(value, channels) for value in values)
    return mean, std


def _of_channels(value, channels: int) -> np.ndarray:
    """One number a channel; what is the same for RGB is so for gray."""
    array = np.asarray(value, "float64")
    if array.size > 1 and np.all(array == array.flat[0]):
        array = array.flat[0]
    if array.size not in (1, channels):
        raise ValueError(
            f"`preprocessing` has {array.size} means or deviations, {array.tolist()}, "
            f"and the model takes images of {channels} channels. Give a pair (mean, "
            f"std) of one number each, or of {channels}."
        )
    return np.broadcast_to(array, channels)


def in_float32(model: keras.Model) -> keras.Model:
    """The model itself, or a copy that calculates in float32."""
    policies = {layer.dtype_policy.name for _, layer, _ in inner_layers(model)}
    if policies <= {"float32"}:
        return model
    config = _with_float32(model.get_config())
    copy = type(model).from_config(config)
    for old, new in zip(model.variables, copy.variables, strict=True):
        value = keras.ops.convert_to_numpy(keras.ops.cast(old.value, "float32"))
        new.assign(value.astype(new.dtype))
    return copy


def _with_float32(config):
    """The configuration with each dtype policy replaced."""
    if isinstance(config, dict):
        if config.get("class_name") in ("DTypePolicy", "DTypePolicyMap"):
            return "float32"
        return {
            key: "float32"
            if key == "dtype" and not (isinstance(value, str) and "int" in value)
            else _with_float32(value)
            for key, value in config.items()
        }
    if isinstance(config, list | tuple):
        return type(config)(map(_with_float32, config))
    return config
