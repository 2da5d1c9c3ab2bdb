"""The three pictures that quickstart draws."""

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


def eight_digits(labels, outputs):
    """Four digits that a model mistakes, as far as there are, and more that none does."""
    answers = np.stack([output.argmax(-1) for output in outputs.values()])
    mistaken = np.any(answers != labels, axis=0)
    wrong, right = np.flatnonzero(mistaken)[:4], np.flatnonzero(~mistaken)
    return np.concatenate([right[: 8 - len(wrong)], wrong])


def draw_attention(images, labels, outputs, rollouts, path):
    """Draw digits, and what each model's answer was gathered from.

    Args:
        images: (n, 8, 8, 1), of the digits that are drawn.
        labels: (n,), what they are.
        outputs: scores (n, 10) of each kind of model, {kind: scores}.
        rollouts: {kind: (n, rows, columns)}, `inspection.attention_rollout` of each.
        path: of the picture.
    """
    figure = matplotlib.figure.Figure(figsize=(11, 4.6), layout="constrained")
    panels = figure.subplots(1 + len(rollouts), len(images))
    frame = (0, 8, 8, 0)
    for axes, image, label in zip(panels[0], images, labels, strict=True):
        axes.imshow(image[..., 0], cmap="gray", extent=frame)
        axes.set_title(f"a {label}", fontsize=12)
    for row, (kind, maps) in zip(panels[1:], rollouts.items(), strict=True):
        even = 1 / maps[0].size  # the share of a place if the model looked at all alike
        answers = outputs[kind].argmax(-1)
        for axes, share, label, answer in zip(row, maps, labels, answers, strict=True):
            drawn = axes.imshow(share / even, extent=frame, vmin=0, vmax=2)
            color = "black" if answer == label else "firebrick"
            axes.set_title(f"{kind}: {answer}", fontsize=12, color=color)
    for axes, image in zip(panels[1:].T.ravel(), np.repeat(images, 2, 0), strict=True):
        places = np.arange(8) + 0.5
        axes.contour(places, places, image[..., 0], [0], colors="white", linewidths=1)
    for axes in panels.flat:
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    bar = figure.colorbar(
        drawn, ax=panels[1:], extend="max", label="times an even look"
    )
    bar.outline.set_visible(False)
    figure.suptitle(
        "What each answer was gathered from: attention rollout (red: wrong)"
    )
    figure.savefig(path, dpi=110)
