"""Reader of Keras's own weights: .weights.h5, alone or within a .keras archive.

Such a file numbers a layer's variables; the names are found through the layers' names.
"""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_vit.weights.budget import Budget
from keras_vit.weights.failures import Refused, first_line
from keras_vit.weights.h5_file import (
    name_of_layer,
    read_dataset,
    text_attribute,
    walk,
)
from keras_vit.weights.numbers import widen_bfloat16

STATE_OF_TRAINING = "the optimizer's, of the training that wrote the file"
# How Keras numbers the variables of layers that one model has and another has not.
OPTIONAL_LAYERS = {
    "class_token": ("tokens",),
    "register_tokens": ("tokens",),
    "attention_layer_scale": ("gamma",),
    "mlp_layer_scale": ("gamma",),
    "norm": ("gamma", "beta"),
    "head": ("kernel", "bias"),
}


def read_weights_h5(
    path: str | Path, model: keras.Model, budget: Budget, content: Any = None
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Read a file of `model.save_weights`, by the names of the layers.

    Args:
        path: The `.weights.h5` file, of this architecture at any size, also as
            `ModelCheckpoint` and `BackupAndRestore` leave it after training.
        model: The model that is to receive it: its layers tell the names of the
            variables that the file only numbers.
        budget: What the file may declare.
        content: The open file, where it is not the one at `path`.

    Returns:
        Dictionary of variable paths to arrays, and one of the names in the file of
        what is no weight, with the reason.

    Raises:
        ValueError: If the file is not such a file, or leads out of itself.
    """
    import h5py

    try:
        with h5py.File(content or path, "r") as file:
            return read_file(file, variable_names(model), budget)
    except Refused:
        raise
    except Exception as error:  # h5py raises whatever it stumbles on
        raise ValueError(
            f"'{path}' is not a whole HDF5 file of weights ({first_line(error)}). It "
            "is truncated, corrupt or of another format; save or fetch it again."
        ) from error


def read_file(
    file: Any, names: dict[str, dict[str, str]], budget: Budget
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Read all data sets that are weights, and name the others."""
    tensors: dict[str, np.ndarray] = {}
    others: dict[str, str] = {}
    for location, dataset in walk(file):
        if location.startswith("optimizer/"):
            others[location] = STATE_OF_TRAINING
            continue
        layer = layer_path(file, location)
        if "seed_generator" in layer:
            continue  # the state of dropout, which no file of another writer has
        number = location.rsplit("/", 1)[-1]
        array = read_dataset(dataset, location, budget)
        if text_attribute(dataset, "dtype") == "bfloat16" and array.itemsize == 2:
            array = widen_bfloat16(array.view("uint16"))
        name = f"{layer}/{names.get(layer, optional(layer)).get(number, number)}"
        if name in tensors:
            raise ValueError(f"'{name}' is there twice")
        tensors[name] = array
    return tensors, others


def variable_names(model: keras.Model) -> dict[str, dict[str, str]]:
    """Number the variables of each layer as Keras does when it saves them.

    Args:
        model: A built model.

    Returns:
        Dictionary of layer paths to {number: variable name}.
    """
    names: dict[str, dict[str, str]] = {}
    for variable in model.weights:
        layer, name = variable.path.rsplit("/", 1)
        known = names.setdefault(layer, {})
        known[str(len(known))] = name
    return names


def optional(layer: str) -> dict[str, str]:
    """The same of a layer that the model has not, as far as its name tells."""
    names = OPTIONAL_LAYERS.get(layer.rsplit("/", 1)[-1], ())
    return {str(number): name for number, name in enumerate(names)}


def layer_path(file: Any, location: str) -> str:
    """The names of the layers on the way to a data set, joined as in Keras's paths.

    Keras files a layer under its class's or attribute's name, and notes its own
    name beside its variables. A model's layers stand under `layers`; what stands before
    the last of these is a model around ours, which no path names.
    """
    parts = location.split("/")[:-2]  # "layers/dense/vars/0" -> ["layers", "dense"]
    start = len(parts) - parts[::-1].index("layers") if "layers" in parts else 1
    names = []
    group = file
    for depth, part in enumerate(parts):
        group = group[part]
        if depth >= start:
            names.append(name_of_layer(group) or part)
    return "/".join(names)
