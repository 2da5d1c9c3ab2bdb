"""A run as bars: one panel a comparison, one group a backend."""

from pathlib import Path

from benchmarks.contenders import CONTENDERS, OURS
from benchmarks.report import LABELS, by_speed, rows_of

OUR_COLOR = "#c0392b"
PEER_COLORS = (
    "#34495e",
    "#5d7b93",
    "#86a3b8",
    "#a9b7c0",
    "#7f8c8d",
    "#95a5a6",
    "#bdc3c7",
)
PALE = PEER_COLORS[2:]  # on which white words cannot be read


def draw(run: dict, path: Path) -> None:
    """Draw the times over the best peer's of each cell, as a PNG.

    Args:
        run: what `benchmarks.run` writes as JSON.
        path: where the picture goes.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    panels = rows_of(cell for cell in run["cells"] if "ratio" in cell)
    if not panels:
        return
    rows = -(-len(panels) // 2)
    figure, axes = pyplot.subplots(
        rows, 2, figsize=(11, 3.4 * rows), squeeze=False, layout="constrained"
    )
    for axis, (title, cells) in zip(axes.flat, panels.items(), strict=False):
        _panel(axis, title, cells)
    for axis in axes.flat[len(panels) :]:
        axis.set_visible(False)
    figure.suptitle("Time a step over the best peer's (lower is faster)")
    figure.savefig(path, dpi=130)
    pyplot.close(figure)


def _panel(axis, title, cells):
    ticks, labels, position = [], [], 0.0
    for backend, cell in cells.items():
        best = cell["contenders"][cell["best_peer"]]["median_ms"]
        start = position
        for name, time in by_speed(cell):
            color = _color(name)
            axis.bar(position, time / best, color=color, width=0.9)
            axis.text(
                position,
                0.03,
                f" {name} {time:.0f} ms",
                rotation=90,
                ha="center",
                va="bottom",
                color="black" if color in PALE else "white",
                fontsize=7,
            )
            position += 1
        ticks.append((start + position - 1) / 2)
        labels.append(LABELS[backend])
        position += 0.8
    axis.axhline(1, color="black", linewidth=0.8, linestyle=":")
    axis.set_xticks(ticks, labels)
    axis.set_title(title, fontsize=10)
    axis.spines[["top", "right"]].set_visible(False)


def _color(name):
    if name == OURS:
        return OUR_COLOR
    peers = [peer for peer in CONTENDERS if peer != OURS]
    return PEER_COLORS[peers.index(name) % len(PEER_COLORS)]
