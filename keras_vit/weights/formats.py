"""Readers of checkpoint files: a path in, named NumPy arrays out.

Nothing here knows what the names mean; that is the key maps' business.
"""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import keras
import numpy as np

from keras_vit.weights.budget import Budget
from keras_vit.weights.failures import first_line
from keras_vit.weights.folders import INDEX, find_weights, read_shards
from keras_vit.weights.keras_archive import read_keras_archive
from keras_vit.weights.npz_file import read_npz
from keras_vit.weights.numbers import check_numbers
from keras_vit.weights.own_files import read_weights_h5
from keras_vit.weights.pth_file import read_pth
from keras_vit.weights.safetensors_file import read_safetensors

Tensors = dict[str, np.ndarray]
ENDINGS = (
    ".safetensors",
    ".npz",
    ".pth",
    ".pt",
    ".pth.tar",
    ".ckpt",
    ".bin",
    ".weights.h5",
    ".keras",
    ".safetensors.index.json",
    ".bin.index.json",
)


@dataclass(frozen=True)
class Checkpoint:
    """The content of a file.

    Args:
        tensors: Dictionary of the names in the file to arrays.
        others: Names of what is in the file and no weight, with the reason.
        grid: `(rows, columns)` of the patches, where the file tells it.
        windows: What `(rows, columns)` the windows of each Swin block may have, by
            its name, where the file tells them.
    """

    tensors: Tensors
    others: dict[str, str] = field(default_factory=dict)
    grid: tuple[int, int] | None = None
    windows: dict[str, list[tuple[int, int]]] = field(default_factory=dict)


def read_checkpoint(path: Path, model: keras.Model) -> Checkpoint:
    """Read all tensors of a checkpoint file.

    Args:
        path: The file, whose ending tells the format, or the folder that
            `save_pretrained` has filled.
        model: The model that is to receive them; Keras's own `.weights.h5` numbers
            variables, so their names come from the model's layers.

    Returns:
        The content. Half precision that NumPy does not know is widened to float32.

    Raises:
        ValueError: If there is no such file, its ending is unknown, or its content
            is truncated, corrupt or of another kind.
    """
    if path.is_dir():
        path = find_weights(path)
    if not path.name.endswith(ENDINGS):
        raise ValueError(
            f"'{path}' has an ending that is not known. Expected one of "
            f"{', '.join(ENDINGS)}."
        )
    if not path.is_file():
        raise ValueError(
            f"There is no checkpoint file '{path}'. Check the path, or name a tag of "
            "`keras_vit.list_weights()` or 'hf://organisation/repository'."
        )
    try:
        checkpoint = read_by_ending(path, model)
        check_numbers(checkpoint.tensors, path)
        return checkpoint
    except OSError as error:
        raise ValueError(
            f"'{path}' cannot be read ({first_line(error)}); check its permissions and "
            "its disk."
        ) from error


def read_by_ending(path: Path, model: keras.Model) -> Checkpoint:
    """Choose the reader by the ending of the file's name."""
    budget = Budget.of(path, model)
    if path.name.endswith(INDEX):
        return Checkpoint(read_shards(path, partial(read_shard, budget=budget)))
    if path.name.endswith(".safetensors"):
        return Checkpoint(read_safetensors(path, budget))
    if path.name.endswith(".npz"):
        return Checkpoint(read_npz(path, budget))
    if path.name.endswith(".weights.h5"):
        tensors, others = read_weights_h5(path, model, budget)
        return Checkpoint(tensors, others)
    if path.name.endswith(".keras"):
        found = read_keras_archive(path, model, budget)
        return Checkpoint(found.tensors, found.others, found.grid, found.windows)
    return Checkpoint(*read_pth(path, budget))


def read_shard(path: Path, budget: Budget) -> Tensors:
    """Read the tensors of one of several files."""
    if path.name.endswith(".safetensors"):
        return read_safetensors(path, budget)
    return read_pth(path, budget)[0]
