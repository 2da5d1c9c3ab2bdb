"""Readers of Keras's own files: .weights.h5 and .keras.

Both number a layer's variables; the names are found through the layers' names.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np


def read_weights_h5(path: str | Path, model: keras.Model) -> dict[str, np.ndarray]:
    """Read a file of `model.save_weights`, by the names of the layers.

    Args:
        path: The `.weights.h5` file, of this architecture at any size.
        model: The model that is to receive it: its layers tell the names of the
            variables that the file only numbers.

    Returns:
        Dictionary of variable paths to arrays.

    Raises:
        ValueError: If the file is not such a file, or an array has no name.
    """
    import h5py

    names = variable_names(model)
    tensors = {}
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise ValueError(
            f"'{path}' is not a whole HDF5 file of weights ({error}). It is truncated, "
            "corrupt or of another format; save or fetch it again."
        ) from error
    with file:
        for location, array in datasets(file):
            layer = layer_path(file, location)
            number = location.rsplit("/", 1)[-1]
            known = names.get(layer, {})
            tensors[f"{layer}/{known.get(number, number)}"] = array
    return {
        name: array for name, array in tensors.items() if "seed_generator" not in name
    }


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


def datasets(group: Any, location: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """Walk an HDF5 group; yields (location, array) of each dataset in it."""
    for key, value in group.items():
        below = f"{location}/{key}" if location else key
        if hasattr(value, "items"):
            yield from datasets(value, below)
        else:
            yield below, value[()]


def layer_path(file: Any, location: str) -> str:
    """The names of the layers on the way to a dataset, joined as in Keras's paths.

    Keras files a layer under its class's or attribute's name, and notes its own
    name beside its variables, on the group `vars`.
    """
    parts = location.split("/")[:-2]  # ".../query_dense/vars/0"
    names = []
    for depth in range(1, len(parts) + 1):
        variables = file.get("/".join([*parts[:depth], "vars"]))
        if variables is not None and "name" in variables.attrs:
            names.append(str(variables.attrs["name"]))
        elif depth > 1:
            names.append(parts[depth - 1])
    return "/".join(names)


def read_keras_archive(
    path: str | Path,
) -> tuple[dict[str, np.ndarray], tuple[int, int] | None]:
    """Read a whole saved model and take its weights by name.

    Args:
        path: The `.keras` file. Safe mode stays on: no code in it is run.

    Returns:
        Dictionary of variable paths to arrays (the patch kernel in four axes), and
        the grid of patches as `(rows, columns)`, None where there is none.

    Raises:
        ValueError: If Keras cannot load the file.
    """
    try:
        model = keras.saving.load_model(path, compile=False)
    except Exception as error:  # zip, JSON, HDF5 and unknown layers each raise theirs
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise ValueError(
            f"'{path}' cannot be loaded as a .keras model ({lines[0]}). It is "
            "truncated, corrupt, or needs layers that are not known here."
        ) from error
    tensors = {
        variable.path: keras.ops.convert_to_numpy(variable)
        for variable in model.weights
    }
    layers = {layer.name: layer for layer in model.layers}
    kernel = "patch_embedding/projection/kernel"
    if kernel in tensors and "patch_embedding" in layers:
        patch = layers["patch_embedding"].patch_size
        width = tensors[kernel].shape[-1]
        tensors[kernel] = tensors[kernel].reshape(*patch, -1, width)
    grid = getattr(layers.get("position_embedding"), "grid_size", None)
    return tensors, grid
