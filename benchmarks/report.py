"""A run as a Markdown table and as a picture."""

from benchmarks.cells import BACKENDS
from benchmarks.contenders import OURS

LABELS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}


def markdown(run: dict) -> str:
    """The tables of a run: speed, then memory and start, then what it ran on.

    Args:
        run: what `benchmarks.run` writes as JSON.

    Returns:
        Markdown.
    """
    parts = [_speed_table(run), _cost_table(run), _conditions(run)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _speed_table(run):
    backends = [b for b in BACKENDS if any(c["backend"] == b for c in run["cells"])]
    lines = [
        "Milliseconds a step, the fastest first; in brackets keras_vit's time over "
        "the best peer's, and the range of that ratio over single turns.",
        "",
        "| Task | " + " | ".join(LABELS[backend] for backend in backends) + " |",
        "|---|" + "---|" * len(backends),
    ]
    for title, cells in rows_of(run["cells"]).items():
        texts = [_speeds(cells[b]) if b in cells else "" for b in backends]
        lines.append(f"| {title} | " + " | ".join(texts) + " |")
    return "\n".join(lines)


def rows_of(cells) -> dict[str, dict]:
    """Title -> backend -> cell, the backends in the table's order.

    A run measures them in another one, so that a short run sees them all.
    """
    rows: dict[str, dict] = {}
    for cell in cells:
        mode = "training step" if cell["mode"] == "train" else cell["mode"]
        title = f"{cell['model']} {mode}, batch {cell['batch']}"
        rows.setdefault(title, {})[cell["backend"]] = cell
    return {
        title: {b: row[b] for b in BACKENDS if b in row} for title, row in rows.items()
    }


def by_speed(cell: dict) -> list[tuple[str, float]]:
    """(name, milliseconds), the fastest first."""
    times = {name: v["median_ms"] for name, v in cell["contenders"].items()}
    return sorted(times.items(), key=lambda item: item[1])


def _speeds(cell):
    text = ", ".join(
        f"**{name} {time:.0f}**" if name == OURS else f"{name} {time:.0f}"
        for name, time in by_speed(cell)
    )
    if "ratio" not in cell:
        return text
    low, high = cell["ratio_range"]
    return f"{text} ({cell['ratio']:.2f}; {low:.2f} to {high:.2f})"


def _cost_table(run):
    lines = [
        "Peak memory (of the process, or on the GPU where it works on one), what of it "
        "came after the model was built, and "
        "seconds from a loaded backend to the model (import and build) and from there "
        "through the first step:",
        "",
        "| cell | contender | peak MiB | of steps | build s | first step s |",
        "|---|---|---|---|---|---|",
    ]
    for title, cells in rows_of(run["cells"]).items():
        for backend, cell in cells.items():
            for name, _ in by_speed(cell):
                values = cell["contenders"][name]
                lines.append(
                    f"| {title}, {LABELS[backend]} | {name} "
                    f"| {values['peak_mib']:.0f} | {values['steps_mib']:.0f} "
                    f"| {values['build_s']:.1f} | {values['first_step_s']:.1f} |"
                )
    return "\n".join(lines)


def _conditions(run):
    machine = run["machine"]
    lines = [
        f"Machine: {_with_gpu(machine)}{machine['processor']}, "
        f"{machine['cores']} cores, {machine['memory_gib']} GiB, "
        f"{machine['system']}, Python "
        f"{machine['python']}; load {machine['load_at_start']} at the start.",
        "Versions: " + ", ".join(f"{k} {v}" for k, v in run["versions"].items()) + ".",
        f"{run['dtype']}, 224 pixels; medians over {run['turns']} turns of at least "
        f"{run['seconds']} s each, taken in turn, {run['date']}.",
    ]
    left_out = sorted({n for cell in run["cells"] for n in cell["failed"]})
    left_out += [name for name in run["not_installed"] if name not in left_out]
    if left_out:
        lines.append("Left out, since they did not install or run: " + _and(left_out))
    if run["not_measured"]:
        lines.append("No time was left for: " + "; ".join(run["not_measured"]) + ".")
    return "\n".join(lines)


def _with_gpu(machine):
    return f"{machine['gpu']}; " if machine.get("gpu") else ""


def _and(names):
    return ", ".join(names) + "."
