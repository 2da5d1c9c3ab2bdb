"""Reader of PyTorch's files: a state dictionary, alone or among the state of training.

Only tensors, plain containers and the command line's arguments are unpickled, so that
no code in a file is run.
"""

import argparse
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from keras_vit.weights.budget import Budget
from keras_vit.weights.failures import Refused, first_line

# Where training scripts keep the weights. Of two copies the averaged one is meant, as
# in timm, and of student and teacher, as in DINO, the teacher.
WRAPPERS = (
    "state_dict_ema",
    "model_ema",
    "teacher",
    "state_dict",
    "model",
    "model_state_dict",
    "student",
)


def read_pth(
    path: Path, budget: Budget
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Read a PyTorch checkpoint with `weights_only=True`.

    Args:
        path: The `.pth`, `.pt`, `.ckpt` or `.bin` file: a state dictionary, plain or
            wrapped as training scripts do.
        budget: What the file may declare.

    Returns:
        Dictionary of names to arrays, and one of the other copies of the weights in
        the file, with the reason why they were left.

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
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for member in archive.infolist():
                    budget.take(member.filename, member.file_size)
        with torch.serialization.safe_globals([argparse.Namespace]):
            content = torch.load(path, map_location="cpu", weights_only=True)
        content, others = unwrap(content)
        return {
            str(name): to_array(tensor, str(name), budget)
            for name, tensor in content.items()
            if isinstance(tensor, torch.Tensor)
        }, others
    except Refused:
        raise
    except Exception as error:  # the unpickler raises whatever it stumbles on
        raise ValueError(explain(path, error)) from error


def unwrap(content: Any) -> tuple[dict, dict[str, str]]:
    """Find the weights in what a training script has saved."""
    others: dict[str, str] = {}
    while isinstance(content, dict):
        wrappers = [w for w in WRAPPERS if isinstance(content.get(w), dict)]
        if not wrappers:
            return content, others
        chosen, *left = wrappers
        others |= dict.fromkeys(left, f"other weights; '{chosen}' was read")
        content = content[chosen]
    raise ValueError(
        f"it holds a {type(content).__name__}; expected a dictionary of tensors, a "
        "state_dict"
    )


def to_array(tensor: Any, name: str, budget: Budget) -> np.ndarray:
    """Turn a tensor into an array; a number that is repeated counts as written out."""
    written_out = tensor.numel() * max(tensor.element_size(), 4)
    if written_out > 2 * tensor.untyped_storage().nbytes():
        budget.take(name, written_out)
    tensor = tensor.detach()
    return (tensor.float() if tensor.is_floating_point() else tensor).numpy()


def explain(path: Path, error: Exception) -> str:
    """Say what could not be read, and how to save it so that it can."""
    objects = foreign_objects(path)
    if not objects:
        return (
            f"'{path}' cannot be read as a PyTorch checkpoint of tensors alone "
            f"({first_line(error)}). It is truncated or corrupt; fetch it again, or "
            "use a .safetensors file."
        )
    return (
        f"'{path}' holds Python objects ({', '.join(objects)}), which are never run. "
        "Where it was made, save the tensors alone: "
        "torch.save(model.state_dict(), 'weights.pth'), or, as .safetensors, "
        "safetensors.torch.save_file(model.state_dict(), 'weights.safetensors')."
    )


def foreign_objects(path: Path) -> list[str]:
    """Names of the classes in a file that weights do not need."""
    import torch

    try:
        found = torch.serialization.get_unsafe_globals_in_checkpoint(path)
    except Exception:  # the file is no zip, or not whole
        return []
    return sorted(set(found) - {"argparse.Namespace"})
