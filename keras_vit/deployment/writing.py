"""Write a file with the backend that can, here or in a process of its own."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import keras


def write(
    model: keras.Model,
    path: Path,
    format: str,
    backend: str,
    any_size: bool,
    names: list[str] | None,
) -> None:
    """Write a float32 file, by this process if it has the backend.

    A `.keras` file is the same on every backend: another process reads it.
    """
    if backend == keras.backend.backend():
        write_here(model, path, format, any_size, names)
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.keras"
        model.save(file)
        job = {
            "model": str(file),
            "path": str(path),
            "format": format,
            "any_size": any_size,
            "names": names,
            "modules": _modules_of_custom_objects(),
        }
        _in_another_process(job, backend)


def write_here(
    model: keras.Model,
    path: Path,
    format: str,
    any_size: bool,
    names: list[str] | None,
) -> None:
    """Write a float32 file with the backend of this process."""
    if any_size:
        from keras_vit.deployment.any_size import any_size as of_any_size

        model = of_any_size(model)
    if keras.backend.backend() == "tensorflow":
        from keras_vit.deployment import from_tensorflow as writer
    else:
        from keras_vit.deployment import from_torch as writer  # type: ignore[no-redef]
    writer.write(model, path, format, names)


def _modules_of_custom_objects() -> list[str]:
    """Where the user's own layers are defined, so that the other process knows them."""
    known = keras.saving.get_custom_objects().values()
    modules = {getattr(thing, "__module__", "") for thing in known}
    ours = {m for m in modules if m.split(".")[0] in ("", "keras", "keras_vit")}
    return sorted(modules - ours - {"__main__"})


def _in_another_process(job: dict, backend: str) -> None:
    environment = os.environ | {
        "KERAS_BACKEND": backend,
        "CUDA_VISIBLE_DEVICES": "",  # this process may hold the device's memory
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    done = subprocess.run(
        [sys.executable, "-m", "keras_vit.deployment.worker"],
        input=json.dumps(job),
        env=environment,
        text=True,
        capture_output=True,
    )
    if done.returncode:
        end = "\n".join(done.stderr.strip().splitlines()[-12:])
        raise RuntimeError(
            f"The process that writes '{job['format']}' with {backend} ended with "
            f"status {done.returncode}. If it does not know a layer of yours, define "
            f"the layer in a module that can be imported. It said:\n{end}"
        )
