"""HDF5 files as Keras reads them: nothing outside of the file, nothing endless.

A data set may lie in another file, be put together from others, or declare more than it
stores; a link may lead to another file or back to where it stands. Keras refuses all of
these in its own loader (`keras.saving`), which has no public reader of names.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_vit.weights.budget import Budget

DEEPEST = 64  # groups within groups; a model has a handful
# As in Keras: what is this much larger than what is stored was made up.
BOMB = 2**32  # bytes
EXPANSION = 1000


def walk(
    group: Any, location: str = "", seen: set | None = None
) -> Iterator[tuple[str, Any]]:
    """Walk an HDF5 group; yields (location, data set) of each that is in it.

    Args:
        group: The group, an `h5py.Group`.
        location: Where it stands, as in "layers/dense/vars".
        seen: Addresses of the groups on the way here and beside it.

    Raises:
        ValueError: If a link leads out of the file or to a group a second time.
    """
    import h5py

    seen = set() if seen is None else seen
    address = h5py.h5o.get_info(group.id).addr
    if address in seen or location.count("/") > DEEPEST:
        raise ValueError(
            f"the group '{location}' contains itself, is there twice or is too deep"
        )
    seen.add(address)
    for key in group:
        below = f"{location}/{key}" if location else key
        link = group.get(key, getlink=True)
        if not isinstance(link, h5py.HardLink):
            raise ValueError(f"'{below}' is a {type(link).__name__}, not data")
        value = group[key]
        if isinstance(value, h5py.Group):
            yield from walk(value, below, seen)
        elif isinstance(value, h5py.Dataset):
            yield below, value
        else:
            raise ValueError(f"'{below}' is a {type(value).__name__}, not data")


def read_dataset(dataset: Any, location: str, budget: Budget) -> np.ndarray:
    """Read a data set of plain numbers that lies in the file itself.

    Args:
        dataset: An `h5py.Dataset`.
        location: Where it stands in the file.
        budget: What the file may declare.

    Returns:
        The array; bfloat16, which HDF5 stores as two raw bytes, stays raw.

    Raises:
        ValueError: If it lies elsewhere, holds something else, or declares too much.
    """
    if dataset.external:
        raise ValueError(f"'{location}' lies in another file")
    if dataset.is_virtual:
        raise ValueError(f"'{location}' is put together from other data sets")
    if dataset.shape is None:
        raise ValueError(f"'{location}' is empty")
    if dataset.dtype.kind not in "biufV" or dataset.dtype.fields is not None:
        raise ValueError(f"'{location}' holds {dataset.dtype}, not numbers")
    budget.spend(location, dataset.shape, dataset.dtype.itemsize)
    declared = math.prod(dataset.shape) * dataset.dtype.itemsize
    stored = dataset.id.get_storage_size()
    if declared > max(BOMB, EXPANSION * stored):
        raise ValueError(f"'{location}' declares {declared} bytes and stores {stored}")
    return dataset[()]


def name_of_layer(group: Any) -> str | None:
    """The name that Keras notes for a layer, on the group `vars` within its own."""
    import h5py

    if not isinstance(group.get("vars", getlink=True), h5py.HardLink):
        return None
    return text_attribute(group["vars"], "name")


def text_attribute(group: Any, name: str) -> str | None:
    """An attribute of a group, where it is a single text."""
    if name not in group.attrs or group.attrs.get_id(name).shape != ():
        return None
    value = group.attrs[name]
    return value if isinstance(value, str) else None
