"""Reader of whole models as Keras saves them, of the weights and sizes in a .keras.

The model itself is not built: no code of a file is run, and no second copy of its
weights is made.
"""

import io
import json
import struct
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import keras
import numpy as np

from keras_vit.arguments import pair
from keras_vit.weights.budget import Budget
from keras_vit.weights.failures import Refused, first_line
from keras_vit.weights.own_files import read_weights_h5

CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
PATCH_KERNEL = "patch_embedding/projection/kernel"
LARGEST_CONFIG = 2**26  # bytes; a Swin-L's is a ten-thousandth of it
LOCAL_HEADER = struct.Struct("<26xHH")


@dataclass
class Archive:
    """The content of a `.keras` file.

    Args:
        tensors: Dictionary of variable paths to arrays, the patch kernel in four axes.
        others: Names of what is no weight, with the reason.
        grid: `(rows, columns)` of the patches, None where positions are not learned.
        windows: `(rows, columns)` that the windows of each Swin block may have: as
            told, and as shrunk to its map; by its name.
    """

    tensors: dict[str, np.ndarray]
    others: dict[str, str] = field(default_factory=dict)
    grid: tuple[int, int] | None = None
    windows: dict[str, list[tuple[int, int]]] = field(default_factory=dict)


def read_keras_archive(path: str | Path, model: keras.Model, budget: Budget) -> Archive:
    """Read the weights of a saved model by name, and the sizes that go with them.

    Args:
        path: The `.keras` file.
        model: The model that is to receive the weights.
        budget: What the file may declare.

    Returns:
        Its weights and what its configuration tells of them.

    Raises:
        ValueError: If it is no whole file of this kind.
    """
    try:
        with open(path, "rb") as file, zipfile.ZipFile(file) as archive:
            layers = read_layers(archive, budget)
            with open_member(archive, file, archive.getinfo(WEIGHTS), budget) as h5:
                tensors, others = read_weights_h5(path, model, budget, h5)
            return interpret(tensors, others, layers)
    except Refused:
        raise
    except Exception as error:  # zip, JSON and HDF5 each raise their own
        raise ValueError(
            f"'{path}' cannot be read as a .keras model ({first_line(error)}). It is "
            "truncated or corrupt; save or fetch it again."
        ) from error


def read_layers(archive: zipfile.ZipFile, budget: Budget) -> dict[str, dict]:
    """The configurations of a model's layers by name, those of inner models too."""
    info = archive.getinfo(CONFIG)
    if info.file_size > LARGEST_CONFIG:
        raise ValueError(f"its {CONFIG} is of {info.file_size} bytes")
    budget.take(CONFIG, info.file_size)
    found: dict[str, dict] = {}
    models = [json.loads(archive.read(info))]
    while models:
        config = models.pop().get("config", {})
        for layer in config.get("layers", ()):
            if isinstance(layer.get("config", {}).get("layers"), list):
                models.append(layer)
            else:
                found[str(layer.get("config", {}).get("name"))] = layer
    return found


def open_member(
    archive: zipfile.ZipFile, file: BinaryIO, info: zipfile.ZipInfo, budget: Budget
) -> Any:
    """Open a file within a zip for reading at any place, after its checksum is tested.

    Keras stores it as it is, so that it can be read where it lies.
    """
    budget.take(info.filename, info.file_size)
    with archive.open(info) as member:
        if info.compress_type != zipfile.ZIP_STORED:
            return io.BytesIO(member.read())
        while member.read(2**20):
            pass
    file.seek(info.header_offset)
    name, extra = LOCAL_HEADER.unpack(file.read(LOCAL_HEADER.size))
    return Section(file, file.tell() + name + extra, info.file_size)


class Section(io.RawIOBase):
    """A part of a file as a file of its own.

    Args:
        file: The file.
        start: Where the part begins.
        size: Its bytes.
    """

    def __init__(self, file: BinaryIO, start: int, size: int):
        super().__init__()
        self.file, self.start, self.size, self.place = file, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self.place, io.SEEK_END: self.size}
        self.place = origin[whence] + offset
        return self.place

    def readinto(self, buffer: Any) -> int:
        self.file.seek(self.start + self.place)
        wanted = memoryview(buffer)[: max(self.size - self.place, 0)]
        count = self.file.readinto(wanted)  # type: ignore[attr-defined]
        self.place += count
        return count


def interpret(
    tensors: dict[str, np.ndarray], others: dict[str, str], layers: dict[str, dict]
) -> Archive:
    """Read the sizes that the arrays do not tell from the layers' configurations."""
    found = Archive(tensors, others)
    kernel = tensors.get(PATCH_KERNEL)
    embed = layers.get("patch_embedding", {}).get("config", {})
    if kernel is not None and kernel.ndim == 2 and "patch_size" in embed:
        patch = pair(embed["patch_size"], "patch_size")
        tensors[PATCH_KERNEL] = kernel.reshape(*patch, -1, kernel.shape[-1])
    grid = layers.get("position_embedding", {}).get("config", {}).get("grid_size")
    if grid is not None:
        found.grid = pair(grid, "grid_size")
    for name, layer in layers.items():
        if "window_size" in layer["config"]:
            window = pair(layer["config"]["window_size"], "window_size")
            found.windows[name] = [window]
            shape = (layer.get("build_config") or {}).get("input_shape") or ()
            if len(shape) == 4 and None not in shape[1:]:
                shrunk = tuple(map(min, window, shape[1:3]))
                found.windows[name] += [shrunk] * (shrunk != window)
    return found
