"""Reader of .safetensors: a length, a JSON header, raw bytes.

https://github.com/huggingface/safetensors#format. NumPy reads it without a library,
bfloat16 included, so local files need nothing more than `import keras_vit`.
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from keras_vit.arguments import is_integer
from keras_vit.weights.budget import Budget
from keras_vit.weights.numbers import widen_bfloat16

TYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "u1",
    "BOOL": "?",
}
LONGEST_HEADER = 100_000_000  # bytes; the format's own limit


def read_safetensors(path: str | Path, budget: Budget) -> dict[str, np.ndarray]:
    """Map the tensors of a .safetensors file into memory.

    Args:
        path: The file.
        budget: What the file may declare.

    Returns:
        Dictionary of names to read-only arrays; bfloat16 is widened to float32.

    Raises:
        ValueError: If the file is truncated, corrupt, or not of this format.
    """
    size = Path(path).stat().st_size
    header, start = read_header(path, size)
    for name, entry in header.items():
        check_entry(path, name, entry, budget)
    places = [entry["data_offsets"] for entry in header.values()]
    check_places(path, places, size - start)
    if size == start:
        return {}  # nothing to map
    data = np.memmap(path, dtype="u1", mode="r", offset=start)
    return {name: extract(data, entry) for name, entry in header.items()}


def read_header(path: str | Path, size: int) -> tuple[dict, int]:
    """Read the header; returns its entries and where the data begin."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or not 2 <= length <= min(LONGEST_HEADER, size - 8):
            raise broken(path, "no header of the length that it announces")
        try:
            header = json.loads(file.read(length))
        except (ValueError, RecursionError) as error:
            raise broken(path, "its header is not JSON") from error
    if not isinstance(header, dict):
        raise broken(path, "its header is not a JSON object")
    header.pop("__metadata__", None)
    return header, 8 + length


def check_entry(path: str | Path, name: str, entry: Any, budget: Budget) -> None:
    """One entry should tell a known type, a shape, and as many bytes as they need."""
    try:
        itemsize = np.dtype(TYPES[entry["dtype"]]).itemsize
        shape = list(entry["shape"])
        first, last = entry["data_offsets"]
    except (KeyError, TypeError, ValueError) as error:
        raise broken(path, f"an entry cannot be understood: {entry!r:.200}") from error
    if not all(map(is_integer, (first, last))):
        raise broken(path, f"'{name}' lies between {first!r} and {last!r}")
    budget.spend(name, shape, itemsize)
    if last - first != math.prod(shape) * itemsize:
        raise broken(path, f"'{name}' has other bytes than its shape tells")


def check_places(path: str | Path, places: list[list[int]], available: int) -> None:
    """The tensors should lie one after the other, from the first byte to the last."""
    end = 0
    for first, last in sorted(places):
        if first != end:
            raise broken(path, "tensors overlap, or bytes between them belong to none")
        end = last
    if end != available:
        raise broken(path, f"{available} bytes where its header tells of {end}")


def extract(data: np.ndarray, entry: dict) -> np.ndarray:
    """View one tensor in the mapped bytes."""
    first, last = entry["data_offsets"]
    flat = data[first:last].view(np.ndarray)
    array = np.frombuffer(flat, dtype=TYPES[entry["dtype"]]).reshape(entry["shape"])
    return widen_bfloat16(array) if entry["dtype"] == "BF16" else array


def broken(path: str | Path, reason: str) -> ValueError:
    """The error of a file that is no whole .safetensors."""
    return ValueError(
        f"'{path}' is not a whole .safetensors file ({reason}). It is truncated, "
        "corrupt or of another format; delete it and fetch it again."
    )
