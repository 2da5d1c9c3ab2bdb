"""Raw results as JSON, written after each measurement: a stop loses nothing."""

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keras
import numpy as np

from benchmarks.machine import describe_machine, versions


class Results:
    """The rows of one experiment; those measured with the same settings are kept.

    Args:
        path: of the JSON file.
        settings: what was measured, in values that JSON knows.
    """

    def __init__(self, path: Path, settings: dict[str, Any]):
        self.path = path
        self.settings = json.loads(json.dumps(settings))  # tuples become lists
        self.rows: list[dict[str, Any]] = []
        self.runs: list[dict[str, Any]] = []
        self._run: dict[str, Any] | None = None
        if path.exists():
            kept = json.loads(path.read_text(encoding="utf-8"))
            if kept["settings"] == self.settings:
                self.rows, self.runs = kept["rows"], kept["runs"]

    def measure(self, function: Callable[[], dict[str, Any]], **key) -> None:
        """Add what a function gives, and how long it took, unless it is there.

        Args:
            function: gives values by name.
            **key: what names the row.
        """
        if self.find(**key):
            return
        if self._run is None:
            self._run = conditions()
            self.runs.append(self._run)
        clock, processor = time.perf_counter(), time.process_time()
        row = {**key, **function()}
        row["seconds"] = time.perf_counter() - clock
        row["processor_seconds"] = time.process_time() - processor
        self.rows.append(row)
        write_json(
            self.path,
            {"settings": self.settings, "runs": self.runs, "rows": self.rows},
        )
        told = " ".join(
            f"{k}={v:.4g}" if isinstance(v, float) else f"{k}={v}"
            for k, v in row.items()
        )
        print(f"{self.path.stem}: {told}", flush=True)

    def find(self, **key) -> list[dict[str, Any]]:
        """The rows with these values."""
        return [r for r in self.rows if all(r.get(k) == v for k, v in key.items())]


def conditions() -> dict[str, Any]:
    """When, and on what."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "backend": keras.backend.backend(),
        "machine": describe_machine(),
        "versions": versions(["scikit-learn"]),
        "threads": os.environ.get("OMP_NUM_THREADS", "all"),
    }


def write_json(path: Path, content: Any) -> None:
    """Write a file as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    beside.replace(path)


def cached(path: Path, function: Callable[[], np.ndarray]) -> np.ndarray:
    """An array that is computed once and kept.

    Args:
        path: of the .npy file; its name says all that the array depends on.
        function: gives the array.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".part.npy")
        np.save(beside, function())
        beside.replace(path)
    return np.load(path)
