"""Folders of weights as `save_pretrained` leaves them: one file, or an index of shards.

An index names the shard of each tensor; shards lie beside it.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

USUAL_FILES = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
INDEX = ".index.json"
LARGEST_JSON = 2**26  # bytes


def find_weights(folder: Path) -> Path:
    """The file of weights in a folder, or the index of its shards.

    Raises:
        ValueError: If there is none.
    """
    for name in USUAL_FILES:
        if (folder / name).is_file():
            return folder / name
    found = sorted(path.name for path in folder.iterdir())
    raise ValueError(
        f"There are no weights in the folder '{folder}'; expected one of "
        f"{', '.join(USUAL_FILES)}. It holds: {', '.join(found[:8]) or 'nothing'}. "
        "Give the path of a file."
    )


def shards_of(index: Path) -> dict[str, list[str]]:
    """The shards that an index names, each with its tensors.

    Raises:
        ValueError: If it is no index, or leads out of its folder.
    """
    places = read_json(index).get("weight_map")
    if not isinstance(places, dict) or not places:
        raise ValueError(
            f"'{index}' is no index of shards: it has no 'weight_map' of names."
        )
    shards: dict[str, list[str]] = {}
    for name, file in places.items():
        if not isinstance(file, str) or Path(file).name != file:
            raise ValueError(
                f"'{index}' leads out of its folder: {name!r} to {file!r}."
            )
        shards.setdefault(file, []).append(name)
    return shards


def read_shards(index: Path, read: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    """Read all shards of an index.

    Args:
        index: The `.index.json` file.
        read: Reads the tensors of one file.

    Returns:
        Dictionary of names to arrays.

    Raises:
        ValueError: If a shard is missing, or holds other tensors than the index tells.
    """
    tensors: dict[str, Any] = {}
    for file, names in shards_of(index).items():
        path = index.with_name(file)
        if not path.is_file():
            raise ValueError(f"'{path}' is not there, of which '{index.name}' tells.")
        part = read(path)
        for name in names:
            if name not in part:
                raise ValueError(
                    f"'{path}' lacks {name!r}, which '{index.name}' names."
                )
        twice = tensors.keys() & part.keys()
        if twice:
            raise ValueError(f"'{index}' has {min(twice)!r} in two of its shards.")
        tensors |= part
    return tensors


def read_json(path: Path) -> dict:
    """Read a JSON object of a sensible size.

    Raises:
        ValueError: If it is none.
    """
    try:
        if path.stat().st_size > LARGEST_JSON:
            raise ValueError("it is too large")
        content = json.loads(path.read_text("utf-8"))
        if not isinstance(content, dict):
            raise ValueError("it is no object")
    except (OSError, ValueError, RecursionError) as error:
        kind = "an index of shards" if path.name.endswith(INDEX) else "a configuration"
        raise ValueError(f"'{path}' cannot be read as {kind} ({error}).") from error
    return content
