"""Whether and where decoded images are kept."""

import atexit
import hashlib
import os
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from keras_vit.data.source import Source

CACHE_BYTES = 2**30  # that are kept in memory without being asked

# Part of every fingerprint: to be raised when the same settings give other pixels.
FORMAT = 2


def digest(*parts: Any) -> str:
    """Return a short text that differs wherever a part does.

    Arrays count by their values, anything else by what `repr` shows of it.
    """
    known = hashlib.blake2b(digest_size=10)
    for part in parts:
        if isinstance(part, np.ndarray):
            known.update(f"{part.dtype}{part.shape}".encode())
            known.update(np.ascontiguousarray(part).data)
        else:
            known.update(f"{part!r};".encode())
    return known.hexdigest()


def digest_of_files(files: Iterable[str | bytes], labels: Iterable[int]) -> str:
    """Return what differs where a file, its size, its time or its label does."""
    stats = ((file, os.stat(file)) for file in files)
    known = [(file, stat.st_size, stat.st_mtime_ns) for file, stat in stats]
    return digest(known, list(labels))


def wants_cache(
    asked: bool | str | None, source: Source, image_bytes: int | None
) -> bool:
    """Whether to cache: as asked, or else if that surely takes little memory."""
    if asked is not None:
        return bool(asked)
    if source.size is None or image_bytes is None:
        return False  # without end, or of unknown sizes
    return source.size * image_bytes <= CACHE_BYTES


def cache_file(path: str, source: Source, settings: Iterable[Any]) -> str:
    """Return the file for these images, one for each source and each of the settings.

    The same path may thus be given for training and for testing, and again after a
    change of the size. Of a tf.data.Dataset nobody can tell what it will hold: its file
    has a name of its own and goes with the process.

    Args:
        path: What the user asked for: a folder that exists, or how names begin.
        source: What is cached.
        settings: All else that pixels depend on.
    """
    place = Path(path).expanduser()
    if place.is_dir():
        place = place / "images"
    place.parent.mkdir(parents=True, exist_ok=True)
    if source.identity is None:
        file = place.with_name(f"{place.name}-{uuid.uuid4().hex}")
        atexit.register(_remove, file)
    else:
        mark = digest(FORMAT, source.identity(), *settings)
        file = place.with_name(f"{place.name}-{mark}")
    return str(file)


def _remove(file: Path) -> None:
    for part in file.parent.glob(f"{file.name}*"):
        part.unlink(missing_ok=True)
