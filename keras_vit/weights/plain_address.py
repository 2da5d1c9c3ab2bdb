"""Files at plain addresses, on no hub: Google's and Microsoft's own.

Each is kept in Keras's cache under the folder of its address, comes under a name of its
own and takes its place when it is whole and what the catalogue says of it.
"""

import hashlib
import os
import re
import uuid
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import keras

from keras_vit.weights.failures import is_full, last_cause


def download_from_url(
    url: str, size: int | None = None, sha256: str | None = None
) -> Path:
    """Fetch one file from a plain address through `keras.utils.get_file`.

    Args:
        url: The address.
        size: Bytes that it should have, if known.
        sha256: Its SHA-256 in hexadecimal digits, if known. Without it a whole file
            is one of the length that the server announces.

    Returns:
        Path of the whole file in Keras's cache (`KERAS_HOME`).

    Raises:
        ValueError: If the file cannot be had, or is another than was expected.
    """
    place = cache_folder() / cached_as(url)
    if place.is_file() and size in (None, place.stat().st_size):
        return place
    # No other process may see a file that is half there, or delete one of ours.
    part = f"{uuid.uuid4().hex}.part"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        came = Path(keras.utils.get_file(part, url, cache_subdir=str(place.parent)))
    except Exception as error:  # get_file raises bare Exceptions
        raise explain(url, error) from error
    try:
        check(came, url, size, sha256)
        os.replace(came, place)
    finally:
        came.unlink(missing_ok=True)
    return place


def cache_folder() -> Path:
    """The folder of Keras's cache that holds this package's files."""
    home = os.environ.get("KERAS_HOME") or Path.home() / ".keras"
    return Path(home).expanduser() / "keras_vit"


def cached_as(url: str) -> PurePosixPath:
    """Where in the cache the file of an address lies: under server, folder and name."""
    parts = urlsplit(url)
    names = [parts.netloc, *unquote(parts.path).strip("/").split("/")]
    return PurePosixPath(*(re.sub(r"[^\w.+-]", "_", name) for name in names))


def check(path: Path, url: str, size: int | None, sha256: str | None) -> None:
    """Refuse a file that is not what the catalogue says."""
    came = path.stat().st_size
    if size is not None and came != size:
        raise wrong_file(url, f"it has {came} bytes, not {size}")
    if sha256 is not None:
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != sha256:
            raise wrong_file(url, f"its SHA-256 is {digest}, not {sha256}")


def wrong_file(url: str, reason: str) -> ValueError:
    """The error of a file that is another than the catalogue's."""
    return ValueError(
        f"'{url}' gave another file than the catalogue knows ({reason}); nothing of it "
        "was kept. Try again; if it stays so, the publisher has replaced the file: "
        "fetch it yourself and give its path."
    )


def explain(url: str, error: Exception) -> ValueError:
    """Say why a download failed and what to do."""
    if is_full(error):
        name = cached_as(url).name
        return ValueError(
            f"The disk is full: '{name}' could not be saved. Free some space, or point "
            "KERAS_HOME to another disk."
        )
    return ValueError(
        f"'{url}' cannot be fetched ({last_cause(error)}); nothing of it was kept. "
        "Check the network and that KERAS_HOME can be written to, or give the path of "
        "a file."
    )
