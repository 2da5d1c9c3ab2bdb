"""docs/reliability.md, of what benchmarks/reliability.py has found."""

import json
import sys
from pathlib import Path

from benchmarks.machine import describe_machine, versions

BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
WAYS = {
    "call": "`model(images)` from eight threads",
    "predict_on_batch": "`predict_on_batch` from eight threads",
    "spawn": "a child process, spawned, while the parent holds a model",
    "fork": "a child process, forked, while the parent holds a model",
}


def cell(found: dict) -> str:
    """A difference, or what went wrong."""
    if "failed" in found:
        return f"fails: {found['failed'].split(': ', 1)[-1][:80]}"
    return f"{found['difference']:.0e}"


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """A table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(line)} |" for line in lines] + [""]


def pairs(found: dict) -> list[str]:
    """Who reads whose files."""
    rows = []
    for writer, name in BACKENDS.items():
        row = [name]
        for reader in BACKENDS:
            values = found[f"pair, {writer}, {reader}"]
            row.append(f"{values['.keras']:.0e}, {values['.weights.h5']:.0e}")
        rows.append(row)
    return table(["written by", *(f"read by {n}" for n in BACKENDS.values())], rows)


def parallel(found: dict) -> list[str]:
    """Threads and processes."""
    rows = [
        [text, *(cell(found[f"{way}, {backend}"]) for backend in BACKENDS)]
        for way, text in WAYS.items()
    ]
    return table(["largest difference", *BACKENDS.values()], rows)


def steps(found: dict) -> list[str]:
    """Memory after many steps."""
    rows = []
    for backend, name in BACKENDS.items():
        before, after = found[f"steps, {backend}"]["MiB"]
        rows.append([name, f"{before:.1f}", f"{after:.1f}"])
    return table(["Backend", "MiB after 500 steps", "after 2,000"], rows)


def half(found: dict) -> list[str]:
    """The largest models in half precision."""
    rows = []
    for variant in ("ViTH14", "SwinL"):
        for dtype in ("float16", "bfloat16"):
            row = [f"{variant}, {dtype}"]
            for backend in BACKENDS:
                values = found.get(f"half, {variant}, {dtype}, {backend}")
                if values is None:
                    row.append("not run")
                else:
                    wrong = values.get("failed", "not finite")
                    row.append("finite" if values.get("finite") else wrong)
            rows.append(row)
    return table(["features of random weights", *BACKENDS.values()], rows)


def main(results: str, page: str) -> None:
    """Write the page anew."""
    found = json.loads(Path(results).read_text())
    machine = describe_machine()
    numbers = ", ".join(f"{k} {v}" for k, v in versions(()).items())
    lines = [
        "# Reliability",
        "",
        "Made by `python -m benchmarks.reliability` and `python -m "
        "benchmarks.reliability_page`, but for the last part.",
        f"{machine['processor']}, {machine['cores']} cores; {numbers}.",
        "",
        "## Files from backend to backend",
        "",
        "Largest difference of the outputs of a ViT and a Swin with random weights, "
        "from a `.keras` file and from a `.weights.h5` file.",
        "",
        *pairs(found),
        "## Threads and processes",
        "",
        *parallel(found),
        "On JAX, Keras's `predict_on_batch` gives the model's state away while it "
        "computes, so that two at once take it from each other: call the model, or "
        "hold a lock. A forked process that uses TensorFlow or JAX "
        "did not answer: spawn it.",
        "",
        "## Long training",
        "",
        "Resident memory of `train_on_batch`, with dropout and drop path.",
        "",
        *steps(found),
        "## Half precision",
        "",
        *half(found),
        *(Path(__file__).with_name("reliability_files.md").read_text().splitlines()),
    ]
    Path(page).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
