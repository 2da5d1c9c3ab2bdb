"""What the head would say of each patch, block by block."""

from collections.abc import Sequence
from typing import Any

from keras_vit.inspection.plots.canvas import (
    bare,
    color_bar,
    numbers,
    panels,
    some_blocks,
)
from keras_vit.inspection.plots.overlay import lay_over
from keras_vit.inspection.plots.predictions import as_probabilities

ONE_IMAGE = "Give one image's: `logit_lens(model, images)[:, 0]`."


def plot_logit_lens(
    lens: Any,
    label: int,
    image: Any = None,
    class_name: str | None = None,
    blocks: Sequence[int] | None = None,
):
    """Draw how probable the head holds one class for each patch, after some blocks.

    Args:
        lens: `(blocks, rows, columns, classes)`, one image of `logit_lens`. Logits are
            made into probabilities.
        label: int, the class.
        image: `(H, W, C)` to lay the maps over, or None.
        class_name: the class's name, for the title. If None, its number.
        blocks: the blocks to draw. If None, four from the first to the last.

    Returns:
        The new figure. Over each panel stands for how many patches the class is the
        likeliest.

    Raises:
        ValueError: if there is no such class or block.

    Example:

    ```python
    import numpy as np
    from keras_vit import inspection

    lens = np.random.default_rng(0).dirichlet(np.ones(5), size=(12, 2, 3))
    figure = inspection.plot_logit_lens(lens, label=4, class_name="fox")
    ```
    """
    lens = numbers("lens", lens, "(blocks, rows, columns, classes)", ONE_IMAGE)
    count, rows, columns, classes = lens.shape
    if not 0 <= label < classes:
        raise ValueError(
            f"`label` should be a class from 0 to {classes - 1}. Received: {label!r}"
        )
    blocks = some_blocks(blocks, count)
    probable = as_probabilities(lens)
    name = f"class {label}" if class_name is None else class_name
    title = f"What the head says of each patch: {name}"
    picture, axes = panels(len(blocks), 2, rows / columns, title)
    for panel, block in zip(axes, blocks, strict=True):
        mappable = lay_over(panel, probable[block, ..., label], image, vmin=0, vmax=1)
        share = (probable[block].argmax(-1) == label).mean()
        bare(panel, f"block {block}: {100 * share:.0f} % say so")
    color_bar(mappable, axes, "probability", percent=True)
    return picture
