"""Reader of NumPy's archives, as Google's ViT files are: a zip of arrays.

https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

import zipfile
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from keras_vit.weights.budget import Budget
from keras_vit.weights.failures import Refused, first_line
from keras_vit.weights.numbers import is_raw_pair, widen_bfloat16

HEADERS = {
    (1, 0): npy.read_array_header_1_0,
    (2, 0): npy.read_array_header_2_0,
}


def read_npz(path: Path, budget: Budget) -> dict[str, np.ndarray]:
    """Read all arrays of an archive.

    Args:
        path: The `.npz` file. Python objects in it are refused, never unpickled.
        budget: What the file may declare.

    Returns:
        Dictionary of names to arrays; bfloat16, which NumPy stores as two raw
        bytes, is widened to float32.

    Raises:
        ValueError: If the file is not a whole archive of plain arrays.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len({member.filename for member in members}) < len(members):
                raise ValueError("two arrays have one name")
            return {
                member.filename.removesuffix(".npy"): read_member(
                    archive, member, budget
                )
                for member in members
            }
    except Refused:
        raise
    except Exception as error:  # zipfile raises whatever it stumbles on
        raise ValueError(
            f"'{path}' is not a whole .npz archive of plain arrays "
            f"({first_line(error)}); fetch it again."
        ) from error


def read_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget
) -> np.ndarray:
    """Read one array, whose header is held against the bytes that there are."""
    with archive.open(member) as file:
        version = npy.read_magic(file)
        if version not in HEADERS:
            raise ValueError(f"'{member.filename}' is of the unknown version {version}")
        shape, in_columns, dtype = HEADERS[version](file)
        if dtype.kind not in "biuf" and not is_raw_pair(dtype):
            raise ValueError(f"'{member.filename}' holds {dtype}, not numbers")
        budget.spend(member.filename, shape, dtype.itemsize)
        flat = np.frombuffer(file.read(), dtype)
    array = flat.reshape(shape, order="F" if in_columns else "C")
    return widen_bfloat16(array.view("uint16")) if is_raw_pair(dtype) else array
