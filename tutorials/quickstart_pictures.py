"""The two pictures that quickstart draws."""

import matplotlib.figure
import numpy as np

COLORS = {"ViT": "tab:blue", "Swin": "tab:orange"}
MAPS = {"ViT": "Blues", "Swin": "Oranges"}


def draw_curves(histories, path):
    """Draw what `fit` recorded in each epoch: {kind: {name: values}}."""
    figure = matplotlib.figure.Figure(figsize=(9, 3.4), layout="tight")
    panels = figure.subplots(1, 2)
    for axes, name in zip(panels, ("loss", "accuracy"), strict=True):
        for kind, history in histories.items():
            epochs = np.arange(1, len(history[name]) + 1)
            axes.plot(epochs, history[name], color=COLORS[kind], alpha=0.35)
            axes.plot(epochs, history[f"val_{name}"], color=COLORS[kind], label=kind)
        axes.set(title=f"Test {name} (pale: train)", xlabel="epoch")
        axes.legend(frameon=False)
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)


def draw_confusion(labels, outputs, path):
    """Draw how often each digit (N,) was taken for which: {kind: scores (N, 10)}."""
    figure = matplotlib.figure.Figure(figsize=(9, 4.6), layout="tight")
    panels = figure.subplots(1, 2)
    for axes, (kind, output) in zip(panels, outputs.items(), strict=True):
        counts = np.zeros((10, 10), int)
        np.add.at(counts, (labels, output.argmax(-1)), 1)
        axes.imshow(np.sqrt(counts), cmap=MAPS[kind])
        for row, column in np.argwhere(counts):
            color = "white" if row == column else "black"
            place = {"ha": "center", "va": "center", "fontsize": 9, "color": color}
            axes.text(column, row, counts[row, column], **place)
        axes.set(
            title=f"{kind}: {np.trace(counts)} of {len(labels)} test digits right",
            xlabel="predicted",
            ylabel="true",
            xticks=range(10),
            yticks=range(10),
        )
        axes.spines[:].set_visible(False)
    figure.savefig(path, dpi=110)
