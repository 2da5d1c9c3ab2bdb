"""How much memory a contender holds: on the GPU where it works on one, or in all."""

import os
import resource
import sys
from pathlib import Path


def peak_mib() -> float:
    """The most memory that has been held, in MiB: on the GPU, or resident."""
    if _on_gpu():
        return _gpu_mib("max_memory_allocated", "peak_bytes_in_use")
    # On Linux getrusage would count what the parent held, too.
    return _status_mib("VmHWM") or _most_used_mib()


def held_mib() -> float:
    """What is held now; where that is not told, the most so far."""
    if _on_gpu():
        return _gpu_mib("memory_allocated", "bytes_in_use")
    return _status_mib("VmRSS") or _most_used_mib()


def _on_gpu() -> bool:
    """Whether the backend, once it is imported, works on a GPU."""
    backend = sys.modules.get(_backend())
    if _backend() == "jax" and backend:
        return backend.default_backend() == "gpu"
    return _backend() == "torch" and bool(backend) and backend.cuda.is_available()


def _gpu_mib(of_torch: str, of_jax: str) -> float:
    backend = sys.modules[_backend()]
    if _backend() == "jax":
        return backend.devices()[0].memory_stats()[of_jax] / 1024**2
    return getattr(backend.cuda, of_torch)() / 1024**2


def _backend() -> str:
    return os.environ.get("KERAS_BACKEND", "tensorflow")


def _status_mib(name: str) -> float | None:
    status = Path("/proc/self/status")
    for line in status.read_text().splitlines() if status.exists() else ():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return None


def _most_used_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)
