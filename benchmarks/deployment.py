"""What exports from where, and how fast it is: `make deployment`.

`files` exports each model from each backend to each format and notes the largest
difference; `speed` runs the formats' runtimes and the backends in turn on two cores.
Each writes lines of JSON as it goes, and `page` makes docs/deployment.md of them.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from benchmarks.noted import noted

BACKENDS = ("tensorflow", "jax", "torch")
FORMATS = {
    "tf_saved_model": "",
    "onnx": ".onnx",
    "litert": ".tflite",
    "openvino": ".xml",
    "torch": ".pt2",
}
SPEED = ("ViTB16", "SwinT")
RUNTIMES = [  # format, precision
    ("tf_saved_model", "float32"),
    ("onnx", "float32"),
    ("openvino", "float32"),
    ("litert", "float32"),
    ("onnx", "int8"),
    ("litert", "int8"),
]
BATCH, TURNS, SECONDS = 8, 5, 3.0
ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "deployment.md"


def main() -> None:
    """Do one part, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=("all", "files", "speed", "page", "one"))
    parser.add_argument("--results", type=Path, default=ROOT / ".deployment.jsonl")
    parser.add_argument("--job", type=json.loads, default=None)
    options = parser.parse_args()
    if options.part == "one":
        print(json.dumps(JOBS[options.job.pop("do")](**options.job)))
        return
    if options.part in ("all", "files"):
        for backend in BACKENDS:
            for model in ("ViTS16", "SwinT"):
                for format in FORMATS:
                    job = {"do": "file", "model": model, "format": format}
                    note(options.results, backend, job)
    if options.part in ("all", "speed"):
        with tempfile.TemporaryDirectory() as folder:
            speed(options.results, folder)
    if options.part in ("all", "page"):
        from benchmarks.deployment_page import write

        write(options.results, PAGE)


def note(results: Path, backend: str, job: dict) -> dict:
    """Do a job in a process of its own, unless it was done; keep what it found."""
    key = {"backend": backend, **job}
    return noted(results, key, partial(_done, backend, job))


def _done(backend: str, job: dict) -> dict:
    command = [sys.executable, "-m", "benchmarks.deployment", "one", "--job"]
    done = subprocess.run(
        [*command, json.dumps(job)],
        env=os.environ | {"KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def random_model(name: str):
    """A model with random numbers in every weight: a head of zeros hides all else."""
    import numpy as np

    import keras_vit

    random = np.random.default_rng(0)
    model = getattr(keras_vit, name)(classes=1000)
    for variable in model.trainable_variables:
        variable.assign(random.normal(0, 0.03, variable.shape))
    return model


def file(model: str, format: str, precision: str = "float32", path=None) -> dict:
    """Export, and say what the report says."""
    import keras_vit

    with tempfile.TemporaryDirectory() as folder:
        target = Path(path or Path(folder) / f"model{FORMATS[format]}")
        report = keras_vit.export(
            random_model(model), target, format, precision=precision
        )
    return {
        "difference": report.difference,
        "agreement": report.agreement,
        "size_ratio": report.size_ratio,
        "seconds": report.seconds,
    }


def speed(results: Path, folder: str) -> None:
    """Write the files once, and time all runtimes and backends in turns."""
    for model in SPEED:
        contenders = []
        for format, precision in RUNTIMES:
            path = f"{folder}/{model}_{precision}{FORMATS[format]}"
            job = {"model": model, "format": format, "precision": precision}
            note(results, "tensorflow", {"do": "file", **job, "path": path})
            contenders.append(("tensorflow", {"do": "runtime", **job, "path": path}))
        for backend in BACKENDS:
            contenders.append((backend, {"do": "backend", "model": model}))
        for turn in range(TURNS):
            for backend, job in contenders:
                note(results, backend, {**job, "turn": turn})


def timed(predict, images) -> dict:
    """Images a second: the median of calls for a few seconds, after two to warm up."""
    predict(images)
    predict(images)
    seconds = []
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end or len(seconds) < 3:
        start = time.perf_counter()
        predict(images)
        seconds.append(time.perf_counter() - start)
    return {"images_a_second": len(images) / statistics.median(seconds)}


def pixels():
    """A batch of noise: what is multiplied does not change how long it takes."""
    import numpy as np

    return np.random.default_rng(0).normal(size=(BATCH, 224, 224, 3)).astype("float32")


def runtime(model: str, format: str, precision: str, path: str, turn: int) -> dict:
    """An exported file in its runtime."""
    from keras_vit.deployment.runtimes import RUNTIMES as OPEN

    return timed(OPEN[format][1](Path(path)), pixels())


def backend(model: str, turn: int) -> dict:
    """The model itself, by `predict_on_batch`."""
    return timed(random_model(model).predict_on_batch, pixels())


JOBS = {"file": file, "runtime": runtime, "backend": backend}

if __name__ == "__main__":
    main()
