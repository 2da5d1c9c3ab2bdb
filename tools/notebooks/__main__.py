"""Make or check the tutorials: `make notebooks`, `make notebooks-check`.

    python -m tools.notebooks                    # all, in full, written with outputs
    python -m tools.notebooks 01 08              # those whose names begin so
    python -m tools.notebooks --check            # in fast mode, nothing is written
    python -m tools.notebooks --fill             # badges and setup cells alone

KERAS_BACKEND chooses the backend. KERAS_VIT_FAST=1 in the environment is `--check`.
"""

import argparse
import os
import re
import sys
import time
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tools.notebooks.checks import problems
from tools.notebooks.execution import execute, paths_here
from tools.notebooks.generated import filled
from tools.notebooks.sources import TUTORIALS, as_notebook, sources

COLOR = re.compile(r"\x1b\[[\d;]*m")


def fill(source: Path) -> None:
    """Write the badge and the setup cell into a source, if they are not there."""
    text = filled(source)
    if text != source.read_text(encoding="utf-8"):
        source.write_text(text, encoding="utf-8")
        print(f"{source.name}: badge and setup cell are written")


def make(source: Path, check: bool) -> list[str]:
    """Execute one tutorial, write it unless this is a check; what is wrong with it."""
    notebook = as_notebook(filled(source))
    try:
        execute(notebook, fast=check)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        return [COLOR.sub("", str(error))]
    wrong = problems(notebook, paths_here())
    if not wrong and not check:
        nbformat.write(notebook, source.with_suffix(".ipynb"))
    return wrong


def main() -> int:
    """Do what the command line asks for; 1 if a tutorial is not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tools.notebooks")
    parser.add_argument("names", nargs="*", help="how the tutorials' names begin")
    parser.add_argument("--check", action="store_true", help="fast, writes nothing")
    parser.add_argument("--fill", action="store_true", help="executes nothing")
    parser.add_argument("--folder", type=Path, default=TUTORIALS)
    options = parser.parse_args()
    check = options.check or os.environ.get("KERAS_VIT_FAST") == "1"
    chosen = [
        source
        for source in sources(options.folder)
        if not options.names or source.name.startswith(tuple(options.names))
    ]
    if not chosen:
        print(f"There are no such tutorials in {options.folder}.")
    failed = 0
    for source in chosen:
        if not check:
            fill(source)
        if options.fill:
            continue
        start = time.perf_counter()
        wrong = make(source, check)
        failed += bool(wrong)
        result = "FAILED" if wrong else "passed" if check else "written"
        print(f"{source.name}: {result} in {time.perf_counter() - start:.0f} s")
        for sentence in wrong:
            print(f"  {sentence}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
