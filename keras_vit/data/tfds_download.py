"""Getting a TensorFlow Datasets set onto this computer, or saying why it cannot be."""

import contextlib
import os
import socket
import urllib.parse
import urllib.request
from pathlib import Path, PurePosixPath
from typing import Any

CONNECT_SECONDS = 5.0


def prepare(builder: Any, name: str) -> None:
    """Download and write the set unless that is done; one clear error if it cannot."""
    if builder.is_prepared():
        return
    urls = _urls(builder)
    try:
        _check_hosts(builder, urls)
        builder.download_and_prepare()
    except Exception as error:  # TFDS raises dozens of types; every one ends here
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        folder = _root(builder) / builder.name
        raise ValueError(
            f"The TFDS set {name!r} ({_size(urls)}) is not on this computer and cannot "
            f"be downloaded: {reason}. Check the network and the free space, or run "
            f"tfds.builder({name!r}).download_and_prepare() on a computer that has "
            f"them and copy its folder to {folder}, or name the place where it lies in "
            "TFDS_DATA_DIR; the set 'digits' needs no download."
        ) from error


def _urls(builder: Any) -> dict[str, Any]:
    """Return the addresses of the downloads, with sizes, where the set tells them."""
    with contextlib.suppress(Exception):  # older and community sets tell nothing
        return dict(builder.url_infos)
    return {}


def _size(urls: dict[str, Any]) -> str:
    size = sum(int(info.size) for info in urls.values())
    return f"a download of {size / 2**20:,.0f} MiB" if size else "of unknown size"


def _root(builder: Any) -> Path:
    """Return the folder of all sets: data_dir is root/name[/config]/version."""
    folder = Path(builder.data_dir)
    return next((p.parent for p in folder.parents if p.name == builder.name), folder)


def _check_hosts(builder: Any, urls: dict[str, Any]) -> None:
    """Raise OSError at once if a host does not answer.

    TFDS itself retries ten times, ever more slowly: over three minutes without network.
    """
    done = _root(builder) / "downloads"
    kept = os.listdir(done) if done.is_dir() else []
    hosts = set()
    for url in urls:
        address = urllib.parse.urlsplit(url)
        stem = PurePosixPath(address.path).name.split(".")[0]
        downloaded = any(stem and stem in file for file in kept)
        # Behind a proxy only the proxy can tell whether the host answers.
        if not downloaded and address.scheme not in urllib.request.getproxies():
            port = address.port or {"http": 80, "ftp": 21}.get(address.scheme, 443)
            hosts.add((address.hostname, port))
    for host, port in sorted(hosts):
        try:
            socket.create_connection((host, port), timeout=CONNECT_SECONDS).close()
        except OSError as error:
            raise OSError(f"{host} does not answer ({error})") from error
