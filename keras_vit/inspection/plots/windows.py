"""Shifted window attention, step by step (arXiv 2103.14030, Figures 2 and 4)."""

from typing import Any

from keras_vit.arguments import check_choice, check_positive, pair
from keras_vit.inspection.plots.canvas import TITLE, panels, shown

WINDOW_STEPS = ("partition", "shift", "roll", "regions", "masks", "back")


def plot_windows(
    image: Any,
    window_size: int | tuple[int, int] = 7,
    shift_size: int | tuple[int, int] | None = None,
    patch_size: int | tuple[int, int] = 4,
    steps=WINDOW_STEPS,
    numbered: bool | None = None,
    columns: int = 2,
    ax=None,
):
    """Draw what a shifted block of the Swin Transformer does to a photograph.

    1. `"partition"`: windows that do not overlap, where the block before attended.
       What no whole window covers is padded at the bottom and right (gray).
    2. `"shift"`: windows across the borders of the former. Those at the rim are cut.
    3. `"roll"`: the map is rolled up and left, and all windows are whole again.
    4. `"regions"`: the roll brought far edges together. Within a window, only patches
       of one number were neighbors before.
    5. `"masks"`: which of a window's tokens (rows) may look at which (columns).
    6. `"back"`: after attention the map is rolled back, and the padding cut off.

    The arithmetic is that of `keras_vit.layers.WindowAttention`.

    Args:
        image: `(H, W, C)` or `(H, W)`; an array of numbers works too.
        window_size: int or (rows, columns), patches of a window.
        shift_size: int or (rows, columns), below `window_size`. If None, half of it.
        patch_size: int or (rows, columns), pixels of a patch.
        steps: names of the steps to draw.
        numbered: bool, whether each patch shows its number, which travels with it. If
            None, where there are at most 12 a side.
        columns: int, steps side by side; more make the figure wider.
        ax: matplotlib axes to draw on, if one step is asked for. If None, a new
            figure.

    Returns:
        The new figure, or `ax`.

    Raises:
        ValueError: for an unknown step, a shift that is not below the window, or `ax`
            with several steps.

    Example:

    ```python
    import numpy as np
    from keras_vit import inspection

    image = np.random.default_rng(0).integers(0, 256, (40, 56, 3), dtype="uint8")
    figure = inspection.plot_windows(image, window_size=4, patch_size=8)
    ```
    """
    from keras_vit.inspection.plots.window_frames import WindowFrames

    steps = (steps,) if isinstance(steps, str) else tuple(steps)
    for step in steps or ("",):
        check_choice("steps", step, WINDOW_STEPS)
    if ax is not None and len(steps) > 1:
        raise ValueError(
            f"`ax` has room for one step. Received: {len(steps)} steps. Give one, as "
            "in steps=('roll',), or leave `ax` out."
        )
    check_positive(columns=columns)
    window = pair(window_size, "window_size")
    shift = (window[0] // 2, window[1] // 2) if shift_size is None else shift_size
    frames = WindowFrames(
        image,
        pair(patch_size, "patch_size"),
        window,
        pair(shift, "shift_size", minimum=0),
        numbered,
    )
    axes = [ax]
    if ax is None:
        height, width = frames.size
        width_of_all = 3.2 * min(columns, len(steps))
        aspect = height / width
        _, axes = panels(len(steps), columns, aspect, bar=False, width=width_of_all)
    for number, (panel, step) in enumerate(zip(axes, steps, strict=True), start=1):
        getattr(frames, step)(panel)
        if len(steps) > 1:
            panel.set_title(f"{number}. {panel.get_title()}", fontsize=TITLE - 1)
    return shown(axes[0], ax)
