"""Two processes of JAX train one model, by Keras's own engine."""

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


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def started(rank, count, port, output, errors):
    command = [sys.executable, "-m", "tests.deployment.workers"]
    # Into files: a pipe that nobody reads yet would let one wait, and the other for it.
    return subprocess.Popen(
        [*command, *map(str, (rank, count, port, output))],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=errors,
    )


@pytest.mark.skipif(
    keras.backend.backend() != "jax",
    reason="on TensorFlow, fit of Keras 3.15 fails under MultiWorkerMirroredStrategy "
    "before its first step; on PyTorch it has no distribution",
)
def test_two_processes_train_as_one(tmp_path):
    port = free_port()
    which = [(0, 1, 0), (0, 2, port), (1, 2, port)]
    files = [tmp_path / f"{rank} of {count}.json" for rank, count, _ in which]
    with (tmp_path / "errors").open("w+") as errors:
        processes = [
            started(*arguments, file, errors)
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
    results = [json.loads(file.read_text()) for file in files]
    alone, *both = results
    assert [result["devices"] for result in results] == [1, 2, 2]
    for result in both:
        np.testing.assert_allclose(result["loss"], alone["loss"], atol=1e-6)
        for one, two in zip(alone["weights"], result["weights"], strict=True):
            np.testing.assert_allclose(two, one, atol=1e-6)
