"""The configuration of a model, for images of another size."""

import copy
from typing import Any

import keras

from keras_vit.layers import PatchEmbedding

Sides = tuple[int, int]


def resized_config(
    model: keras.Model, embedding: PatchEmbedding, sides: Sides, window: Sides | None
) -> dict[str, Any]:
    """Write down a model as if it had been built for another size.

    Args:
        model: the ViT or Swin, or a model around it.
        embedding: its patch embedding.
        sides: (height, width) of the new images.
        window: (rows, columns) of the new windows; None keeps them.

    Returns:
        What `from_config` of the model's class takes.
    """
    config = copy.deepcopy(model.get_config())
    old = tuple(embedding.input.shape[1:3])
    grid = embedding.grid_size(*sides)
    for layer in _layers(config):
        # What it was built on is of the old size.
        layer.pop("build_config", None)
        arguments = layer["config"]
        if layer["class_name"] == "InputLayer":
            _resize_input(arguments, old, sides)
        elif layer["class_name"] == "PositionEmbedding" and arguments["grid_size"]:
            arguments["grid_size"] = grid
        elif arguments.get("name") == "as_tokens":
            arguments["target_shape"] = (
                grid[0] * grid[1],
                arguments["target_shape"][-1],
            )
        elif arguments.get("name") == "as_map":
            arguments["target_shape"] = (*grid, arguments["target_shape"][-1])
        elif layer["class_name"] == "SwinBlock" and window is not None:
            shifts = any(arguments["shift_size"])
            arguments["window_size"] = window
            arguments["shift_size"] = tuple(shifts * (side // 2) for side in window)
    return config


def _layers(config):
    """The configurations of a model's layers, and of the models' within it."""
    config.pop("build_input_shape", None)  # a Sequential's
    for layer in config["layers"]:
        yield layer
        if "layers" in layer["config"]:
            yield from _layers(layer["config"])


def _resize_input(arguments, old: Sides, new: Sides) -> None:
    key = "batch_shape" if "batch_shape" in arguments else "batch_input_shape"
    first = keras.config.image_data_format() == "channels_first"
    shape = list(arguments[key])
    place = slice(2, 4) if first else slice(1, 3)
    if len(shape) == 4 and tuple(shape[place]) == old:
        shape[place] = new
        arguments[key] = tuple(shape)
