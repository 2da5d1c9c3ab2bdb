"""A server in a process of its own, for the load test."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.error import URLError
from urllib.request import urlopen

PATIENCE = 180  # seconds until it answers: it imports Keras and exports a model


@contextlib.contextmanager
def running_server(*arguments: str) -> Iterator[str]:
    """Start `python -m examples.serve` on a free port, and end it at the end.

    Args:
        *arguments: of the command line.

    Yields:
        Its address.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "examples.serve", "--port", str(port), *arguments]
    process = subprocess.Popen(command)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(url: str, process: subprocess.Popen) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended with status {process.returncode}.")
        with contextlib.suppress(URLError, ConnectionError, TimeoutError):
            urlopen(f"{url}/health", timeout=5).close()
            return
        time.sleep(0.1)
    raise RuntimeError(f"The server did not answer in {PATIENCE} s.")
