"""Processes that train one model together, by Keras's own engine."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
BACKEND = keras.backend.backend()
VERSION = tuple(map(int, keras.version().split(".")[:2]))


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def started(rank, count, port, layout, output, errors):
    command = [sys.executable, "-m", "tests.deployment.workers"]
    # Into files: a pipe that nobody reads yet would let one wait, and the other for it.
    return subprocess.Popen(
        [*command, *map(str, (rank, count, port, layout, output))],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=errors,
    )


@pytest.mark.skipif(
    BACKEND == "tensorflow",
    reason="fit of Keras 3.15 fails under MultiWorkerMirroredStrategy before its first "
    "step",
)
@pytest.mark.skipif(
    BACKEND == "torch" and VERSION < (3, 16),
    reason="Keras has no distribution on PyTorch before 3.16",
)
@pytest.mark.parametrize(
    "layout",
    [
        "data",
        pytest.param(
            "model",
            marks=pytest.mark.skipif(
                BACKEND != "torch", reason="test_layouts.py has it, in one process"
            ),
        ),
    ],
)
def test_two_processes_train_as_one(tmp_path, layout):
    port = free_port()
    which = [(0, 1, 0), (0, 2, port), (1, 2, port)]
    files = [tmp_path / f"{rank} of {count}.json" for rank, count, _ in which]
    with (tmp_path / "errors").open("w+") as errors:
        processes = [
            started(*arguments, layout, file, errors)
            for arguments, file in zip(which, files, strict=True)
        ]
        try:
            for process in processes:
                status = process.wait(timeout=240)
                assert status == 0, (tmp_path / "errors").read_text()[-3000:]
        finally:
            for process in processes:
                process.kill()
                process.wait()
    alone, *both = [json.loads(file.read_text()) for file in files]
    for result in both:
        np.testing.assert_allclose(result["loss"], alone["loss"], atol=1e-6)
        for one, two in zip(alone["weights"], result["weights"], strict=True):
            np.testing.assert_allclose(two, one, atol=1e-6)
        # The kernel and its two moments.
        assert result["split"] == [0.5 if layout == "model" else 1] * 3
