"""What the measurements say: medians, and the ratio of ours to the best peer."""

from statistics import median

from benchmarks.cells import TARGETS, Cell
from benchmarks.contenders import OURS


def summarize(cell: Cell, measured: dict, targets: bool = True) -> dict:
    """Reduce a cell's measurements.

    Args:
        cell: what was compared.
        measured: what `run_cell` gave.
        targets: whether the cell's target applies (a quick run asks less work).

    Returns:
        The cell's names and values; for each contender `median_ms` (the median over
        the turns of the median within a turn) and what else was measured; `best_peer`;
        `ratio` of our median to its; `ratio_range` over single turns; the same for
        processor time (which other processes disturb less), for the process's peak
        memory, and for what the steps added to that of the built model; `target` and
        whether it is `met`.
    """
    contenders = medians(measured["contenders"])
    summary = {**cell._asdict(), "contenders": contenders, "failed": measured["failed"]}
    peers = [name for name in contenders if name != OURS]
    if OURS not in contenders or not peers:
        return summary
    ours = contenders[OURS]
    best = min(peers, key=lambda name: contenders[name]["median_ms"])
    leanest = min(peers, key=lambda name: contenders[name]["peak_mib"])
    thriftiest = min(peers, key=lambda name: contenders[name]["steps_mib"])
    by_turn = [
        median(own) / median(other)
        for own, other in zip(ours["turns"], contenders[best]["turns"], strict=True)
    ]
    ratio = ours["median_ms"] / contenders[best]["median_ms"]
    limits = TARGETS.get((cell.model, cell.mode), {}) if targets else {}
    target = limits.get(cell.backend)
    return {
        **summary,
        "best_peer": best,
        "ratio": ratio,
        "cpu_ratio": ours["median_cpu_ms"] / contenders[best]["median_cpu_ms"],
        "ratio_range": [min(by_turn), max(by_turn)],
        "leanest_peer": leanest,
        "memory_ratio": ours["peak_mib"] / contenders[leanest]["peak_mib"],
        "steps_memory_ratio": ours["steps_mib"] / contenders[thriftiest]["steps_mib"],
        "target": target,
        "met": None if target is None else ratio <= target,
    }


def medians(contenders: dict) -> dict:
    """Add `median_ms`, `median_cpu_ms` and `steps_mib` to what each measured."""
    return {
        name: {
            **values,
            "median_ms": median(map(median, values["turns"])),
            "median_cpu_ms": median(values["cpu_turns"]),
            "steps_mib": values["peak_mib"] - values["built_mib"],
        }
        for name, values in contenders.items()
    }
