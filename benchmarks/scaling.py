"""docs/scaling.md: `python -m benchmarks.scaling`, on JAX, in about ten minutes.

Each case is compiled in a process of its own and held against
`keras_vit.deployment.estimate`; what was found is kept in a file, so that a run goes on
where it was. The plans of large trainings take no running at all.
"""

import argparse
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

from benchmarks.noted import noted

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "scaling.md"
MIXED = {"dtype": "mixed_bfloat16"}
CASES = (
    {"model": "ViTTi16", "batch": 8},
    {"model": "ViTTi16", "batch": 8, "recompute": True},
    {"model": "ViTTi16", "batch": 2, "arguments": {"input_shape": [384, 384, 3]}},
    {"model": "ViTS16", "batch": 8},
    {"model": "ViTB16", "batch": 4},
    {"model": "ViTB16", "batch": 4, "recompute": True},
    {"model": "SwinT", "batch": 4},
    {"model": "SwinT", "batch": 4, "recompute": True},
    {"model": "SwinS", "batch": 2},
    {"model": "ViTTi16", "batch": 16, "layout": "data", "devices": 2},
    {"model": "SwinT", "batch": 8, "layout": "data", "devices": 2},
    {"model": "ViTS16", "batch": 8, "layout": "model", "devices": 2},
    {
        "model": "ViTS16",
        "batch": 8,
        "layout": "model",
        "devices": 2,
        "recompute": True,
    },
    {"model": "ViTTi16", "batch": 8, "arguments": MIXED},
    {"model": "ViTTi16", "batch": 8, "recompute": True, "arguments": MIXED},
)


def main() -> None:
    """Compile what was not yet compiled, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=ROOT / ".scaling.jsonl")
    parser.add_argument("--case", type=json.loads, default=None)
    options = parser.parse_args()
    os.environ["KERAS_BACKEND"] = "jax"
    if options.case is not None:
        from benchmarks.scaling_xla import compare

        print(json.dumps(compare(**options.case)))
        return
    found = [noted(options.results, case, partial(_compiled, case)) for case in CASES]
    from benchmarks.scaling_page import write

    write(list(zip(CASES, found, strict=True)), PAGE)


def _compiled(case: dict) -> dict:
    command = [sys.executable, "-m", "benchmarks.scaling", "--case", json.dumps(case)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
