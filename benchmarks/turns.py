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
        contender: its name.
        module: what it runs, such as "benchmarks.worker".
        arguments: of the module's command line.
        backend: Keras's.

    Attributes:
        report: what it told of its start.

    Raises:
        RuntimeError: if it ends; with the last line that it wrote.
    """

    def __init__(self, contender: str, module: str, arguments, backend: str):
        self.contender = contender
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - open as long as the process
        command = [sys.executable, "-m", module, "--contender", contender, *arguments]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **QUIET, "KERAS_BACKEND": backend},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            bufsize=1,
        )
        self.report = self._answer()

    def measure(self, seconds: float) -> dict:
        """Work for so long, and tell what that took."""
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
    arguments = ["--model", cell.model, "--backend", cell.backend]
    arguments += ["--mode", cell.mode, "--batch", str(cell.batch)]

    def start(name: str) -> Worker:
        contender, options = name.split(" +")[0], contenders[name]
        return Worker(
            contender, "benchmarks.worker", [*arguments, *options], cell.backend
        )

    answers, failed = take_turns(start, contenders, turns, seconds, say)
    measured = {
        name: {
            **report,
            "turns": [answer["milliseconds"] for answer in told],
            "cpu_turns": [answer["cpu_milliseconds"] for answer in told],
            **({"peak_mib": told[-1]["peak_mib"]} if told else {}),
        }
        for name, (report, told) in answers.items()
    }
    return {"contenders": measured, "failed": failed}


def take_turns(start, names, turns: int, seconds: float, say) -> tuple[dict, dict]:
    """Measure A B C A B C.

    Args:
        start: function from a name to its `Worker`.
        names: of the contenders, in the order of the turns.
        turns: int, how often each has its turn.
        seconds: float, how long a turn is.
        say: function that prints progress.

    Returns:
        {name: (report, [the answer of each turn])} and {name: message} of those that
        failed.
    """
    workers, failed = {}, {}
    answers: dict[str, tuple[dict, list[dict]]] = {}
    try:
        for name in names:
            try:
                workers[name] = start(name)
            except RuntimeError as error:
                failed[name] = str(error)
                say(f"  left out: {error}")
                continue
            report = workers[name].report
            answers[name] = report, []
            say(f"  {name}: first step after {_start_seconds(report):.1f} s")
        for turn in range(turns):
            for name, worker in workers.items():
                answers[name][1].append(worker.measure(seconds))
            say(f"  turn {turn + 1} of {turns}")
    finally:
        for worker in workers.values():
            worker.close()
    return answers, failed


def _start_seconds(report: dict) -> float:
    return report["build_s"] + report["first_step_s"]
