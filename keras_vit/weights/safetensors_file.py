"""Reader of .safetensors: a length, a JSON header, raw bytes.

https://github.com/huggingface/safetensors#format. NumPy reads it without a library,
bfloat16 included, so local files need nothing more than `import keras_vit`.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

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


def read_safetensors(path: str | Path) -> dict[str, np.ndarray]:
    """Map the tensors of a .safetensors file into memory.

    Args:
        path: The file.

    Returns:
        Dictionary of names to read-only arrays; bfloat16 is widened to float32.

    Raises:
        ValueError: If the file is truncated, corrupt, or not of this format.
    """
    size = Path(path).stat().st_size
    header, start = read_header(path, size)
    for entry in header.values():
        check_entry(path, entry, size - start)
    ends = [entry["data_offsets"][1] for entry in header.values()]
    if start + max(ends, default=0) != size:
        raise broken(path, f"{size} bytes where its header tells of another length")
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
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            raise broken(path, "its header is not JSON") from error
    if not isinstance(header, dict):
        raise broken(path, "its header is not a JSON object")
    header.pop("__metadata__", None)
    return header, 8 + length


def check_entry(path: str | Path, entry: Any, available: int) -> None:
    """One entry should tell a known type, a shape, and bytes that are there."""
    try:
        itemsize = np.dtype(TYPES[entry["dtype"]]).itemsize
        count = int(np.prod(entry["shape"], dtype="int64"))
        first, last = entry["data_offsets"]
        whole = 0 <= first <= last <= available and last - first == count * itemsize
    except (KeyError, TypeError, ValueError) as error:
        raise broken(path, f"an entry cannot be understood: {entry!r}") from error
    if not whole:
        raise broken(path, "tensors reach beyond its end")


def extract(data: np.ndarray, entry: dict) -> np.ndarray:
    """View one tensor in the mapped bytes."""
    first, last = entry["data_offsets"]
    flat = data[first:last].view(np.ndarray)
    array = np.frombuffer(flat, dtype=TYPES[entry["dtype"]]).reshape(entry["shape"])
    return widen_bfloat16(array) if entry["dtype"] == "BF16" else array


def widen_bfloat16(bits: np.ndarray) -> np.ndarray:
    """Turn the bits of bfloat16 into float32, which begins with the same bits.

    Args:
        bits: Array of uint16.

    Returns:
        Float32 array of the same shape.
    """
    return (bits.astype("uint32") << 16).view("float32")


def broken(path: str | Path, reason: str) -> ValueError:
    """The error of a file that is no whole .safetensors."""
    return ValueError(
        f"'{path}' is not a whole .safetensors file ({reason}). It is truncated, "
        "corrupt or of another format; delete it and fetch it again."
    )
