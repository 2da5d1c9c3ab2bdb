"""Tables and sentences of results: a sentence says what the numbers do."""

import textwrap
from collections.abc import Sequence

import numpy as np


def values(results, **key) -> np.ndarray:
    """Accuracies, in the order of the seeds."""
    rows = sorted(results.find(**key), key=lambda row: row["seed"])
    return np.array([row["accuracy"] for row in rows])


def spread(found: np.ndarray) -> str:
    """Mean ± standard deviation over seeds."""
    if not len(found):
        return "–"
    deviation = f" ± {found.std(ddof=1):.3f}" if len(found) > 1 else ""
    return f"{found.mean():.3f}{deviation}"


def table(results, rows: dict[str, dict], columns: dict[str, dict], corner: str) -> str:
    """A Markdown table of accuracies.

    Args:
        results: the experiment's.
        rows: label -> what its rows have.
        columns: label -> the same.
        corner: of the table.
    """
    lines = [f"| {corner} | " + " | ".join(columns) + " |"]
    lines.append("|---|" + "---|" * len(columns))
    for label, row in rows.items():
        cells = [spread(values(results, **row, **c)) for c in columns.values()]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def compared(results, one: str, other: str, first: dict, second: dict) -> str:
    """Whether one thing is better than another, seed by seed, as a clause.

    Args:
        results: the experiment's.
        one: name of the first.
        other: name of the second.
        first: what the first's rows have.
        second: what the second's have.

    Returns:
        Such as "one is above other by 0.120, in each of 3 seeds".
    """
    differences = _differences(results, first, second)
    if not len(differences):
        return f"{one} and {other} were not both measured"
    by = f"by {abs(differences.mean()):.3f}, in each of {len(differences)} seeds"
    if (differences > 0).all():
        return f"{one} is above {other} {by}"
    if (differences < 0).all():
        return f"{one} is below {other} {by}"
    signed = f"{differences.mean():+.3f}"
    return f"{one} and {other} cannot be told apart ({signed}, not in all seeds)"


def against_paper(results, names, first: dict, second: dict, paper: float) -> str:
    """`compared`, and whether the paper has it so.

    Args:
        results: the experiment's.
        names: of the first and of the second.
        first: what the first's rows have.
        second: what the second's have.
        paper: the paper's accuracy of the first less that of the second.
    """
    clause = compared(results, *names, first, second)
    differences = _differences(results, first, second)
    if not len(differences):
        return clause
    signs = set(np.sign(differences))
    clear = len(signs) == 1 and signs != {0.0}
    if abs(round(paper, 3)) <= 0.002:  # of two numbers of three digits
        told = "as in the paper" if not clear else "which the paper does not find"
    elif not clear:
        told = f"the paper's difference of {paper:+.3f} does not show here"
    elif signs == {np.sign(paper)}:
        told = f"as in the paper ({paper:+.3f})"
    else:
        told = f"the other way round than in the paper ({paper:+.3f})"
    return f"{clause}; {told}"


def _differences(results, first: dict, second: dict) -> np.ndarray:
    """By seed, of those seeds that both have."""
    found = [
        {row["seed"]: row["accuracy"] for row in results.find(**key)}
        for key in (first, second)
    ]
    seeds = sorted(found[0].keys() & found[1].keys())
    return np.array([found[0][seed] - found[1][seed] for seed in seeds])


def paragraph(text: str) -> str:
    """Lines of at most 88 characters."""
    return _filled(text)


def bullet(text: str) -> str:
    """A clause as a sentence in a list."""
    return _filled(f"- {text[0].upper()}{text[1:]}.", "  ")


def listed(items: Sequence) -> str:
    """1, 5 and 25."""
    *most, last = map(str, items)
    return f"{', '.join(most)} and {last}" if most else last


def _filled(text: str, indent: str = "") -> str:
    return textwrap.fill(
        " ".join(text.split()),
        88,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
