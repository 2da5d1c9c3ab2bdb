"""The page of all results, written of the raw ones and of nothing else."""

from benchmarks.reproduce.tables import bullet, paragraph

FOLDER = "benchmarks/results/reproduce"


def page(experiments: dict, all_results: dict) -> str:
    """The page as Markdown.

    Args:
        experiments: name -> (title, module).
        all_results: name -> `Results`.
    """
    seeds = max(len(r.settings["seeds"]) for r in all_results.values())
    parts = ["# Results", *_introduction(seeds)]
    for name, (title, module) in experiments.items():
        results = all_results[name]
        parts.append(f"## {title}")
        if results.rows:
            parts += [module.section(results), _cost(results)]
        else:
            parts.append("Not measured.")
    parts += ["## Measured on", _measured_on(all_results.values())]
    return "\n\n".join(parts) + "\n"


def _introduction(seeds: int) -> tuple[str, str]:
    return (
        paragraph(
            f"""What small experiments on a CPU show of transfer, of learning without
            labels and of the papers' ablations. `make reproduce` runs them, goes on
            where it was stopped (`{FOLDER}` keeps the raw results), and writes this
            page: its tables and comparisons are made of the numbers, whatever these
            are."""
        ),
        paragraph(
            f"""A cell is the mean of test accuracies ± their standard deviation over
            {seeds} seeds. A comparison is made seed by seed, and is drawn only where
            all seeds agree. Three seeds agree by luck alone in a quarter of all cases:
            where differences are as small as deviations, this hints and proves
            nothing."""
        ),
    )


def _cost(results) -> str:
    """How long an experiment took."""
    clock, processor = (
        sum(row[name] for row in results.rows) / 60
        for name in ("seconds", "processor_seconds")
    )
    return paragraph(
        f"""This took {processor:.1f} minutes of processor time, {clock:.1f} by the
        clock."""
    )


def _measured_on(all_results) -> str:
    """Dates, machines and versions, each once; how busy the machine was."""
    runs = [run for results in all_results for run in results.runs]
    bullets = [bullet(place) for place in dict.fromkeys(_place(run) for run in runs)]
    if runs:
        bullets.append(bullet(_load([run["machine"] for run in runs])))
    return "\n".join(bullets) or "Nothing yet."


def _load(machines) -> str:
    loads = [machine["load_at_start"] for machine in machines]
    text = f"load when experiments began: {min(loads):.1f} to {max(loads):.1f}"
    if max(loads) > max(machine["cores"] for machine in machines):
        text += ": the machine was shared, and times by the clock say little"
    return text


def _place(run) -> str:
    machine = run["machine"]
    versions = ", ".join(f"{name} {v}" for name, v in run["versions"].items())
    return (
        f"{run['date']}, {machine['processor']}, {machine['cores']} cores, "
        f"{machine['memory_gib']} GiB, {machine['system']}, Python "
        f"{machine['python']}; Keras on {run['backend']}, threads: {run['threads']}; "
        f"{versions}"
    )
