"""Contenders of a cell, each in a process of its own, measured in turn: A B C A B C.

A machine drifts: its clock, its neighbours, its heat. What is measured in turn drifts
alike, so ratios stay true where milliseconds do not.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.cells import Cell

ROOT = Path(__file__).parent.parent
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3"}


class Worker:
    """A contender's process.

    Args:
        contender: name in `CONTENDERS`.
        cell: what it is to do.
        options: further options of `benchmarks.worker`, such as ("--remat",).

    Attributes:
        report: what it told of its start.

    Raises:
        RuntimeError: if it ends; with the last line that it wrote.
    """

    def __init__(self, contender: str, cell: Cell, options: tuple[str, ...] = ()):
        self.contender = contender
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - open as long as the process
        command = [sys.executable, "-m", "benchmarks.worker"]
        command += ["--contender", contender, "--model", cell.model]
        command += ["--backend", cell.backend, "--mode", cell.mode]
        command += ["--batch", str(cell.batch), *options]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **QUIET, "KERAS_BACKEND": cell.backend},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            bufsize=1,
        )
        self.report = self._answer()

    def measure(self, seconds: float) -> dict:
        """Step for so long: milliseconds of each step, and of processor time a step."""
        self._process.stdin.write(f"{seconds}\n")
        return self._answer()

    def close(self) -> None:
        """End the process and wait for it."""
        self._process.stdin.close()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._errors.close()

    def _answer(self):
        line = self._process.stdout.readline()
        if line:
            return json.loads(line)
        code = self._process.wait()
        self._errors.seek(0)
        lines = [line.strip() for line in self._errors if line.strip()]
        self.close()
        last = lines[-1] if lines else "no message"
        raise RuntimeError(f"{self.contender} ended with exit code {code}: {last}")


def run_cell(cell: Cell, contenders, turns: int, seconds: float, say=print) -> dict:
    """Measure one cell.

    Args:
        cell: what is compared.
        contenders: name -> further options of the worker, in the order of the turns.
            A name may be followed by " +" and a word: "keras_vit +remat".
        turns: int, how often each has its turn.
        seconds: float, how long a turn is (two steps at the least).
        say: function that prints progress.

    Returns:
        {"contenders": {name: measurements}, "failed": {name: message}}.
    """
    workers, failed = {}, {}
    measured: dict[str, dict] = {}
    try:
        for name, options in contenders.items():
            try:
                worker = Worker(name.split(" +")[0], cell, options)
            except RuntimeError as error:
                failed[name] = str(error)
                say(f"  left out: {error}")
                continue
            workers[name] = worker
            measured[name] = {**worker.report, "turns": [], "cpu_turns": []}
            say(f"  {name}: first step after {_start_seconds(worker.report):.1f} s")
        for turn in range(turns):
            for name, worker in workers.items():
                answer = worker.measure(seconds)
                measured[name]["turns"].append(answer["milliseconds"])
                measured[name]["cpu_turns"].append(answer["cpu_milliseconds"])
                measured[name]["peak_mib"] = answer["peak_mib"]
            say(f"  turn {turn + 1} of {turns}")
    finally:
        for worker in workers.values():
            worker.close()
    return {"contenders": measured, "failed": failed}


def _start_seconds(report: dict) -> float:
    return report["build_s"] + report["first_step_s"]
