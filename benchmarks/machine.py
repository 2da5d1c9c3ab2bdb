"""On what a run was made: the machine and the versions."""

import os
import platform
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

LIBRARIES = ("keras", "tensorflow", "jax", "jaxlib", "torch", "numpy")


def describe_machine() -> dict:
    """Processor, cores, memory, system, Python; the GPU, where there is one."""
    return {
        "gpu": _gpu(),
        "processor": _processor(),
        "cores": _cores(),
        "memory_gib": round(_memory_gib()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def versions(distributions) -> dict:
    """Name -> version of those that are installed."""
    found = {}
    for name in (*LIBRARIES, *distributions):
        version = installed_version(name)
        if version is not None:
            found[name] = version
    return found


def installed_version(distribution: str) -> str | None:
    """The version of a distribution, or None if it is not installed."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _gpu() -> str | None:
    """The first of NVIDIA's, as its driver calls it."""
    if shutil.which("nvidia-smi") is None:
        return None
    command = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return told.stdout.partition("\n")[0] or None


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
