"""The solutions of the exercises run, in fast mode, where nothing else lies."""

import os
import subprocess
import sys

import pytest

from tools.notebooks.sources import ROOT, TUTORIALS

SOLUTIONS = sorted((TUTORIALS / "solutions").glob("[0-9][0-9]_*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("solution", SOLUTIONS, ids=lambda path: path.stem)
def test_solution(solution, tmp_path):
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    env = {**os.environ, "KERAS_VIT_FAST": "1", "MPLBACKEND": "Agg"}
    done = subprocess.run(
        [sys.executable, solution],
        cwd=tmp_path,
        env={**env, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
