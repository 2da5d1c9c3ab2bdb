"""Whether a map points at what matters: deletion and insertion curves."""

from keras_vit.inspection.plots.canvas import (
    TICK,
    labels,
    open_frame,
    panels,
    shown,
)

CURVES = (
    ("deletion", "random_deletion", "Deletion: lower is better", "grayed out"),
    ("insertion", "random_insertion", "Insertion: higher is better", "shown"),
)


def plot_faithfulness(faithfulness, title: str | None = None, ax=None):
    """Draw how the score falls and rises as the parts that a map ranks go and come.

    Args:
        faithfulness: what `faithfulness` returns; curves are means over its images.
        title: above the picture.
        ax: two matplotlib axes, for deletion and insertion. If None, a new figure.

    Returns:
        The new figure, or `ax`.

    Example:

    ```python
    import numpy as np
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.ViTTi16(input_shape=(32, 48, 3), classes=3)
    images = np.random.default_rng(0).random((2, 32, 48, 3), dtype="float32")
    maps = inspection.occlusion(model, images, classes=[0, 2])
    result = inspection.faithfulness(model, images, maps)
    figure = inspection.plot_faithfulness(result)
    ```
    """
    if ax is None:
        _, axes = panels(2, 2, 1.1, title, bar=False)
    else:
        axes = ax
    percent = 100 * faithfulness.fractions
    areas = faithfulness.areas
    for panel, (name, random, heading, what) in zip(axes, CURVES, strict=True):
        for key, color, style, word in (
            (name, "tab:blue", "-", "map"),
            (random, "0.5", "--", "random"),
        ):
            curve = getattr(faithfulness, key).mean(axis=0)
            label = f"{word}: area {areas[key].mean():.2f}"
            panel.plot(percent, curve, style, color=color, linewidth=2.5, label=label)
        labels(panel, heading, f"{what} (% of parts)", "score of the class")
        panel.title.set_fontsize(TICK + 1)
        panel.legend(fontsize=TICK, frameon=False)
        panel.set_ylim(bottom=0)
        open_frame(panel)
    axes[1].set_ylabel("")
    return shown(axes[0], None) if ax is None else ax
