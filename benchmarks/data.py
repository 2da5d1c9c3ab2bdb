"""Images a second beside other loaders: `python -m benchmarks.data`.

The images are JPEGs that it makes, of 500 x 375 pixels. `make benchmark
BENCHMARK_ARGS=--data` does the same in the peers' environment; `--page docs/speed.md`
puts the table there.
"""

import argparse
import json
import tempfile
from pathlib import Path
from statistics import median

from benchmarks import machine, photographs
from benchmarks.loaders import LOADERS, OURS
from benchmarks.loaders.work import ROWS
from benchmarks.turns import Worker, take_turns

BEGIN, END = "<!-- data table -->\n", "<!-- end of data table -->\n"


def main(arguments: list[str] | None = None) -> list[dict]:
    """Measure the rows that the arguments ask for, write and print the table.

    Args:
        arguments: of the command line, or None for those of this process.

    Returns:
        What is written as JSON.
    """
    options = _options(arguments)
    names = [name for name in LOADERS if name in (options.loaders or LOADERS)]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        photographs.make(Path(folder), options.images)
        for row in options.rows:
            print(row, flush=True)
            rows.append(_measured(row, names, folder, options))
            options.output.mkdir(parents=True, exist_ok=True)
            (options.output / "data.json").write_text(json.dumps(rows, indent=1))
    text = table(rows)
    (options.output / "data.md").write_text(text)
    print(text)
    if options.page:
        options.page.write_text(with_table(options.page.read_text(), text))
    return rows


def _measured(row: str, names: list[str], folder: str, options) -> dict:
    def start(name: str) -> Worker:
        arguments = ["--row", row, "--folder", folder]
        return Worker(name, "benchmarks.data_worker", arguments, options.backend)

    answers, failed = take_turns(start, names, options.turns, options.seconds, print)
    return summarized(row, answers, failed)


def summarized(row: str, answers: dict, failed: dict) -> dict:
    """Reduce a row's answers to images a second and their ratios.

    Returns:
        The row; `images_a_second` and `cpu_ms_an_image` by name, medians over the
        turns; where there are ours and a peer, `best_peer`, the `ratio` of ours to it
        and its `ratio_range` over single turns; and the `failed`.
    """
    speeds = {
        name: [turn["images"] / turn["seconds"] for turn in turns]
        for name, (_, turns) in answers.items()
    }
    summary = {
        "row": row,
        "images_a_second": {name: median(found) for name, found in speeds.items()},
        "cpu_ms_an_image": {
            name: median(1000 * turn["cpu_seconds"] / turn["images"] for turn in turns)
            for name, (_, turns) in answers.items()
        },
        "mean_of_the_first_batch": {
            name: report["mean"] for name, (report, _) in answers.items()
        },
        "failed": failed,
    }
    medians = summary["images_a_second"]
    peers = [name for name in medians if name != OURS]
    if OURS not in medians or not peers:
        return summary
    best = max(peers, key=lambda name: medians[name])
    by_turn = [a / b for a, b in zip(speeds[OURS], speeds[best], strict=True)]
    return summary | {
        "best_peer": best,
        "ratio": medians[OURS] / medians[best],
        "ratio_range": [min(by_turn), max(by_turn)],
    }


def table(rows: list[dict]) -> str:
    """The rows as Markdown, and on what they were measured."""
    lines = [
        "| task | images a second | milliseconds of processor time an image |",
        "|---|---|---|",
    ]
    for row in rows:
        speeds = _listed(row["images_a_second"], "{:.0f}", reverse=True)
        if "ratio" in row:
            low, high = row["ratio_range"]
            speeds += f" ({row['ratio']:.2f}; {low:.2f} to {high:.2f})"
        costs = _listed(row["cpu_ms_an_image"], "{:.1f}")
        title = f"{row['row']}: {ROWS[row['row']]}"
        lines.append(f"| {title} | {speeds} | {costs} |")
    found = machine.describe_machine()
    distributions = [module.DISTRIBUTION for module in LOADERS.values()]
    known = machine.versions([*distributions, "pillow"])
    lines += [
        "",
        f"{found['cores']} cores of {found['processor']}: "
        + ", ".join(f"{name} {version}" for name, version in known.items())
        + ".",
    ]
    failed = {name for row in rows for name in row["failed"]}
    if failed:
        lines.append(f"Did not install or run: {', '.join(sorted(failed))}.")
    return "\n".join(lines) + "\n"


def _listed(values: dict, form: str, reverse: bool = False) -> str:
    ordered = sorted(values, key=lambda name: values[name], reverse=reverse)
    texts = {name: f"{name} {form.format(values[name])}" for name in ordered}
    return ", ".join(f"**{t}**" if name == OURS else t for name, t in texts.items())


def with_table(page: str, text: str) -> str:
    """Put the table between the page's markers.

    Raises:
        ValueError: if they are not there.
    """
    if page.count(BEGIN) != 1 or page.count(END) != 1:
        raise ValueError(f"The page should have one {BEGIN.strip()} and one {END!r}.")
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}"


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS))
    parser.add_argument("--loaders", nargs="+", choices=LOADERS)
    parser.add_argument("--backend", default="tensorflow", help="Keras's")
    parser.add_argument("--images", type=int, default=1024)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="at least, a turn")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results"))
    parser.add_argument("--page", type=Path, help="a page with the table's markers")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
