"""Arrays and facts in one file, which is whole at any moment."""

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

FACTS = "facts"
VERSION = 1
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, EOFError)


def write_state(path: Path, arrays: Mapping[str, Any], facts: dict) -> None:
    """Write a file beside `path`, then give it that name in one step.

    Whoever is killed, or finds the disk full, leaves the file that was there.

    Args:
        path: of the file.
        arrays: of NumPy, by name.
        facts: what JSON can hold.

    Raises:
        OSError: if it cannot be written; then what was written of it is deleted.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**facts, "version": VERSION}).encode()
    arrays = {**arrays, FACTS: np.frombuffer(text, "uint8")}
    partial = path.with_name(f"{path.name}.partial")
    try:
        with open(partial, "wb") as file:
            with zipfile.ZipFile(file, "w") as archive:
                for name, array in arrays.items():
                    _write_array(archive, name, np.asarray(array))
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _write_array(archive, name, array):
    if array.dtype.isbuiltin != 1:  # bfloat16 is no type of NumPy's
        array = array.astype("float32")
    with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
        np.lib.format.write_array(entry, array, allow_pickle=False)


def read_state(path: Path) -> tuple[dict[str, np.ndarray], dict]:
    """Read what `write_state` has written.

    Raises:
        ValueError: if it is no such file.
    """
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        facts = json.loads(arrays.pop(FACTS).tobytes())
        version = facts["version"]
    except (*UNREADABLE, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path} is no file of keras_vit.training.Resume ({error}). Give another "
            "path, or delete it to begin anew."
        ) from error
    if version != VERSION:
        raise ValueError(
            f"{path} is of version {version} of Resume's files, and this is version "
            f"{VERSION}. Go on with the keras_vit that wrote it, or delete it to begin "
            "anew."
        )
    return arrays, facts
