"""keras_vit beside itself: `python -m benchmarks.ourselves bfloat16|remat`.

`bfloat16`: ViT-B/16 inference with `dtype="bfloat16"` over float32, by backend.
`remat`: memory of a ViT-B/16 training step under `keras.RematScope`, and what it costs.
"""

import argparse

from benchmarks.cells import BACKENDS, Cell
from benchmarks.contenders import OURS
from benchmarks.summary import medians
from benchmarks.turns import run_cell

QUESTIONS = {
    "bfloat16": ("inference", ("--dtype", "bfloat16")),
    "remat": ("train", ("--remat",)),
}


def main() -> None:
    """Measure and print the table."""
    options = _options()
    mode, changes = QUESTIONS[options.question]
    changed = f"{OURS} +{options.question}"
    rows = []
    for backend in options.backends:
        cell = Cell(options.model, mode, options.batch, backend)
        print(cell.title, flush=True)
        contenders = {OURS: (), changed: changes}
        measured = run_cell(cell, contenders, options.turns, options.seconds)
        if not measured["failed"]:
            values = medians(measured["contenders"])
            rows.append(_row(backend, values[OURS], values[changed]))
    print("| backend | ms | ms, changed | ratio | MiB | MiB, changed | ratio |")
    print("|---|---|---|---|---|---|---|")
    print("\n".join(rows))


def _row(backend, plain, changed):
    """Memory is what the process took beyond its imports."""
    times = plain["median_ms"], changed["median_ms"]
    sizes = [v["peak_mib"] - v["imported_mib"] for v in (plain, changed)]
    return (
        f"| {backend} | {times[0]:.0f} | {times[1]:.0f} | {times[1] / times[0]:.2f} "
        f"| {sizes[0]:.0f} | {sizes[1]:.0f} | {sizes[1] / sizes[0]:.2f} |"
    )


def _options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("question", choices=QUESTIONS)
    parser.add_argument("--model", default="ViTB16")
    parser.add_argument("--backends", nargs="+", choices=BACKENDS, default=BACKENDS)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
