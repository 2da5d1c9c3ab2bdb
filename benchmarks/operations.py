"""What each override brings: `python -m benchmarks.operations`, or `make operations`.

Each is switched off in a process of its own, beside one with all of them, in turn. The
figures are those without over those with it: above 1 it brings something. Processor
time counts, which other processes disturb less than the clock.
"""

import argparse

from benchmarks.cells import BACKENDS, Cell
from benchmarks.contenders import OURS
from benchmarks.summary import medians
from benchmarks.turns import run_cell

STEPS = {  # (model, mode): batch
    ("ViTS16", "train"): 4,
    ("SwinT", "train"): 2,
    ("ViTS16", "inference"): 4,
    ("SwinT", "inference"): 2,
}
# By backend: operations, and what a backend can switch off by itself.
NAMES = {
    "tensorflow": ("rows", "gelu", "layer_normalization"),
    "jax": ("rows", "gelu", "layer_normalization", "mlp", "attention"),
    "torch": (
        "dense",
        "onednn",
        "gelu",
        "layer_normalization",
        "mlp",
        "attention",
        "roll",
    ),
}
TIME, MEMORY = 1.03, 1.05  # what brings less than both goes


def main() -> None:
    """Measure and print the table."""
    options = _options()
    print("| backend | without | step | time | memory | |")
    print("|---|---|---|---|---|---|")
    for backend in options.backends:
        for (model, mode), batch in STEPS.items():
            if mode in options.modes:
                cell = Cell(model, mode, batch, backend)
                _measure(cell, options)


def _measure(cell: Cell, options) -> None:
    names = options.names or NAMES[cell.backend]
    contenders = {OURS: ()}
    for name in names:
        contenders[f"{OURS} +{name}"] = ("--plain", name)
    measured = run_cell(cell, contenders, options.turns, options.seconds, _silent)
    for name, message in measured["failed"].items():
        print(f"| {cell.backend} | {name} | failed: {message} | | | |")
    values = medians(measured["contenders"])
    for name in names:
        if f"{OURS} +{name}" not in values:
            continue
        without, with_it = values[f"{OURS} +{name}"], values[OURS]
        time = without["median_cpu_ms"] / with_it["median_cpu_ms"]
        memory = without["steps_mib"] / with_it["steps_mib"]
        loses = "" if time >= TIME or memory >= MEMORY else "brings nothing"
        print(
            f"| {cell.backend} | {name} | {cell.model} {cell.mode} | {time:.2f} "
            f"| {memory:.2f} | {loses} |",
            flush=True,
        )


def _silent(_) -> None:
    """Progress is the table's rows."""


def _options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--backends", nargs="+", choices=BACKENDS, default=BACKENDS)
    parser.add_argument("--names", nargs="+", help="operations, or all")
    parser.add_argument("--modes", nargs="+", default=["train"])
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
