"""Readers of checkpoint files: a path in, named NumPy arrays out.

Nothing here knows what the names mean; that is the key maps' business.
"""

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from keras_vit.weights.own_files import read_keras_archive, read_weights_h5
from keras_vit.weights.safetensors_file import read_safetensors, widen_bfloat16

Tensors = dict[str, np.ndarray]
ENDINGS = (".safetensors", ".npz", ".pth", ".pt", ".bin", ".weights.h5", ".keras")


@dataclass(frozen=True)
class Checkpoint:
    """The content of a file.

    Args:
        tensors: Dictionary of the names in the file to arrays.
        grid: `(rows, columns)` of the patches, where the file tells it.
    """

    tensors: Tensors
    grid: tuple[int, int] | None = None


def read_checkpoint(path: Path, model: keras.Model) -> Checkpoint:
    """Read all tensors of a checkpoint file.

    Args:
        path: The file; its ending tells the format.
        model: The model that is to receive them; Keras's own `.weights.h5` numbers
            variables, so their names come from the model's layers.

    Returns:
        The content. Half precision that NumPy does not know is widened to float32.

    Raises:
        ValueError: If there is no such file, its ending is unknown, or its content
            is truncated, corrupt or of another kind.
    """
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
        return read_by_ending(path, model)
    except OSError as error:
        raise ValueError(
            f"'{path}' cannot be read ({first_line(error)}); check its permissions and "
            "its disk."
        ) from error


def read_by_ending(path: Path, model: keras.Model) -> Checkpoint:
    """Choose the reader by the ending of the file's name."""
    if path.name.endswith(".safetensors"):
        return Checkpoint(read_safetensors(path))
    if path.name.endswith(".npz"):
        return Checkpoint(read_npz(path))
    if path.name.endswith(".weights.h5"):
        return Checkpoint(read_weights_h5(path, model))
    if path.name.endswith(".keras"):
        return Checkpoint(*read_keras_archive(path))
    return Checkpoint(read_pth(path))


def read_npz(path: Path) -> Tensors:
    """Read a NumPy archive, as Google's ViT files are.

    Args:
        path: The `.npz` file. Python objects in it are refused, never unpickled.

    Returns:
        Dictionary of names to arrays; bfloat16, which NumPy stores as two raw
        bytes, is widened to float32.

    Raises:
        ValueError: If the file is not a whole archive of plain arrays.
    """
    try:
        with open(path, "rb") as file:
            archive = np.load(file, allow_pickle=False)
            if not hasattr(archive, "files"):
                raise ValueError("it is a single array, not an archive")
            tensors = {name: archive[name] for name in archive.files}
    except (ValueError, EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
        raise ValueError(
            f"'{path}' is not a whole .npz archive of plain arrays "
            f"({first_line(error)}); fetch it again."
        ) from error
    return {
        name: widen_bfloat16(array.view("uint16")) if is_raw_pair(array) else array
        for name, array in tensors.items()
    }


def is_raw_pair(array: np.ndarray) -> bool:
    """Whether an array is bfloat16 as NumPy writes it: two bytes of no type."""
    return array.dtype.kind == "V" and array.dtype.itemsize == 2


def read_pth(path: Path) -> Tensors:
    """Read a PyTorch checkpoint with `weights_only=True`, so that no code runs.

    Args:
        path: The `.pth`, `.pt` or `.bin` file: a state dictionary, plain or under
            "model" or "state_dict".

    Returns:
        Dictionary of names to arrays.

    Raises:
        ValueError: If PyTorch is missing, or the file holds anything other than
            tensors and plain containers.
    """
    try:
        import torch
    except ImportError as error:
        raise ValueError(
            f"'{path}' is a PyTorch checkpoint and needs PyTorch to be read: "
            "`pip install torch`, or use a .safetensors or .npz file, which need "
            "nothing more."
        ) from error
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # the unpickler raises whatever it stumbles on
        raise ValueError(
            f"'{path}' cannot be read as a PyTorch checkpoint of tensors alone "
            f"({first_line(error)}). It is corrupt, or it holds Python objects, "
            "which are never run; fetch it again, or use a .safetensors file."
        ) from error
    for wrapper in ("model", "state_dict"):
        if isinstance(content, dict) and isinstance(content.get(wrapper), dict):
            content = content[wrapper]
    if not isinstance(content, dict):
        raise ValueError(
            f"'{path}' holds a {type(content).__name__}; expected a dictionary of "
            "tensors (a state_dict)."
        )
    return {
        name: tensor.detach().to(torch.float32).numpy()
        if tensor.is_floating_point()
        else tensor.detach().numpy()
        for name, tensor in content.items()
        if isinstance(tensor, torch.Tensor)
    }


def first_line(error: BaseException) -> str:
    """The first line of an error's message, or its class where it has none."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
