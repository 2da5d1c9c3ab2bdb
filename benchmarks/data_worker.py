"""The process of one loader; `benchmarks.turns` talks to it line by line in JSON.

It reads one epoch, says what that took, and then, whenever a number of seconds comes
in, reads whole epochs for so long and answers with the images and the time.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from benchmarks.loaders import LOADERS
from benchmarks.loaders.work import ROWS
from benchmarks.memory import peak_mib
from benchmarks.worker import answers_alone


def main() -> None:
    """Measure as the lines on stdin ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contender", required=True, choices=LOADERS)
    parser.add_argument("--row", required=True, choices=ROWS)
    parser.add_argument("--folder", required=True)
    options = parser.parse_args()
    answers = answers_alone()
    start = time.perf_counter()
    epoch = LOADERS[options.contender].epoch(options.row, options.folder)
    built = time.perf_counter()
    batch = next(iter(epoch))
    first = time.perf_counter()
    report = {
        "build_s": built - start,
        "first_step_s": first - built,
        "mean": float(batch[0].numpy().mean()),
    }
    del batch
    read_for(epoch, 0.0)
    print(json.dumps(report), file=answers)
    for line in sys.stdin:
        print(json.dumps(read_for(epoch, float(line))), file=answers)


def read_for(epoch, seconds: float) -> dict:
    """Read whole epochs until so many seconds are over, one at the least."""
    images, start, cpu_start = 0, time.perf_counter(), cpu_seconds()
    while not images or time.perf_counter() < start + seconds:
        for batch in epoch:
            images += len(batch[0])
    return {
        "images": images,
        "seconds": time.perf_counter() - start,
        "cpu_seconds": cpu_seconds() - cpu_start,
        "peak_mib": peak_mib(),
    }


def cpu_seconds() -> float:
    """Processor time of this process and of its children, where the system tells."""
    own = time.process_time()
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    if not children.exists():
        return own
    ticks = 0
    for child in children.read_text().split():
        # After the name, which may hold anything: user and system time, in ticks.
        values = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        ticks += int(values[11]) + int(values[12])
    return own + ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
