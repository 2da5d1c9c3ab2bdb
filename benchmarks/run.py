"""Measure keras_vit beside its peers: `python -m benchmarks.run`.

Writes results.json, results.md and results.png, and at the end of a whole run the table
of `benchmarks.data`. Peers that are not installed are named
and left out; `make benchmark` installs them.
"""

import argparse
import datetime
import json
import time
from pathlib import Path

from benchmarks import data, machine
from benchmarks.cells import BACKENDS, BATCHES, QUICK_BATCHES, matrix
from benchmarks.contenders import CONTENDERS, OURS, contenders_of
from benchmarks.picture import draw
from benchmarks.report import markdown
from benchmarks.summary import summarize
from benchmarks.turns import run_cell

MODELS = sorted({model for model, _ in (*BATCHES, *QUICK_BATCHES)})
QUICK_LIMIT = 240  # seconds after which a quick run starts no other cell


def main(arguments: list[str] | None = None) -> dict:
    """Run the matrix that the arguments ask for.

    Args:
        arguments: of the command line, or None for those of this process.

    Returns:
        What is written as JSON.
    """
    options = _options(arguments)
    if options.data:
        return {"data": data.main(["--output", str(options.output)])}
    cells = matrix(
        options.models, options.backends, options.modes, options.batch, options.quick
    )
    installed = [name for name in CONTENDERS if _is_installed(name)]
    run = {
        "date": datetime.date.today().isoformat(),
        "machine": machine.describe_machine(),
        "versions": machine.versions(CONTENDERS[n].DISTRIBUTION for n in installed),
        "turns": options.turns,
        "seconds": options.seconds,
        "dtype": options.dtype,
        "not_installed": [name for name in CONTENDERS if name not in installed],
        "not_measured": [],
        "cells": [],
    }
    start = time.monotonic()
    for cell in cells:
        if options.limit and time.monotonic() - start > options.limit:
            run["not_measured"].append(cell.title)
            continue
        print(cell.title, flush=True)
        names = contenders_of(cell.model, cell.backend)
        settings = () if options.dtype == "float32" else ("--dtype", options.dtype)
        contenders = {name: settings for name in names if name in installed}
        measured = run_cell(cell, contenders, options.turns, options.seconds, _say)
        run["cells"].append(summarize(cell, measured, targets=not options.quick))
        _write(run, options.output)
    _write(run, options.output)
    print(markdown(run))
    if not (options.limit or options.models or options.backends or options.modes):
        run["data"] = data.main(["--output", str(options.output)])
    return run


def _is_installed(name: str) -> bool:
    # Ours may be the working tree that this command stands in.
    distribution = CONTENDERS[name].DISTRIBUTION
    return name == OURS or machine.installed_version(distribution) is not None


def _say(line: str) -> None:
    print(line, flush=True)


def _write(run: dict, folder: Path) -> None:
    """Write what there is so far: a run that is cut off leaves its cells behind."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(run, indent=1) + "\n")
    (folder / "results.md").write_text(markdown(run))
    draw(run, folder / "results.png")


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--quick", action="store_true", help="less work; no new cell after four minutes"
    )
    parser.add_argument(
        "--data", action="store_true", help="the loaders of images alone"
    )
    parser.add_argument("--models", nargs="+", choices=MODELS)
    parser.add_argument("--backends", nargs="+", choices=BACKENDS)
    parser.add_argument("--modes", nargs="+", choices=("inference", "train"))
    parser.add_argument("--batch", type=int, help="images a step")
    parser.add_argument(
        "--dtype", choices=("float32", "mixed_bfloat16"), default="float32"
    )
    parser.add_argument("--turns", type=int, help="of each contender (5; quick: 3)")
    parser.add_argument("--seconds", type=float, help="a turn (4; quick: 1)")
    parser.add_argument(
        "--limit", type=float, help="start no cell after so many seconds"
    )
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results"))
    options = parser.parse_args(arguments)
    quick = options.quick
    options.turns = options.turns or (3 if quick else 5)
    options.seconds = options.seconds or (1.0 if quick else 4.0)
    options.limit = options.limit or (QUICK_LIMIT if quick else None)
    return options


if __name__ == "__main__":
    main()
