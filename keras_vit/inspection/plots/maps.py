"""One number for each part of a photograph: attention, relevance, occlusion."""

from typing import Any

import numpy as np

from keras_vit.inspection.plots.canvas import SIGNED, numbers
from keras_vit.inspection.plots.overlay import ONE_IMAGE, frame_place, over_image


def plot_attention_on_image(
    attention: Any, image: Any = None, position=None, title: str | None = None, ax=None
):
    """Draw where one query looks in the image.

    Args:
        attention: `(rows, columns)`, weights of one query and one head (or of a mean of
            heads) over the places of the image.
        image: `(H, W, C)` to lay the map over, or None.
        position: (row, column) of the query among those places, which gets a red frame;
            None for a query that has no place, such as the class token.
        title: above the picture. If None, it says what is drawn.
        ax: matplotlib axes to draw on. If None, a new figure.

    Returns:
        The new figure, or `ax`.

    Example:

    ```python
    import numpy as np
    from keras_vit import inspection

    attention = np.random.default_rng(0).dirichlet(np.ones(20)).reshape(4, 5)
    image = np.zeros((32, 40, 3), "uint8")
    figure = inspection.plot_attention_on_image(attention, image, position=(1, 2))
    ```
    """
    if title is None:
        title = "Where a token looks"
        if position is not None:
            title += f" from row {position[0]}, column {position[1]}"
    result = over_image(
        "attention", attention, image, title, "weight", ax, percent=True, vmin=0
    )
    if position is not None:
        axes = result.axes[0] if ax is None else ax
        frame_place(axes, position, np.shape(attention))
    return result


def plot_attention_rollout(rollout: Any, image: Any = None, ax=None):
    """Draw through which patches information reached the answer.

    Args:
        rollout: `(rows, columns)`, one image of `attention_rollout`.
        image: `(H, W, C)` to lay the map over, or None.
        ax: matplotlib axes to draw on. If None, a new figure.

    Returns:
        The new figure, or `ax`.

    Example:

    ```python
    import numpy as np
    from keras_vit import inspection

    rollout = np.random.default_rng(0).dirichlet(np.ones(20)).reshape(4, 5)
    figure = inspection.plot_attention_rollout(rollout)
    ```
    """
    title, label = "Attention rollout", "share of the answer"
    return over_image("rollout", rollout, image, title, label, ax, percent=True)


def plot_class_attention(
    relevance: Any, image: Any = None, class_name: str | None = None, ax=None
):
    """Draw which patches spoke for a class.

    Args:
        relevance: `(rows, columns)`, one image of `class_attention`.
        image: `(H, W, C)` to lay the map over, or None.
        class_name: the class, for the title.
        ax: matplotlib axes to draw on. If None, a new figure.

    Returns:
        The new figure, or `ax`.

    Example:

    ```python
    import numpy as np
    from keras_vit import inspection

    relevance = np.random.default_rng(0).random((4, 5))
    figure = inspection.plot_class_attention(relevance, class_name="cat")
    ```
    """
    of_class = f" for {class_name}" if class_name else ""
    return over_image(
        "relevance", relevance, image, "Relevance" + of_class, "relevance", ax
    )


def plot_occlusion(
    loss: Any, image: Any = None, class_name: str | None = None, ax=None
):
    """Draw what the answer loses when a part of the image is grayed out.

    Args:
        loss: `(rows, columns)`, one image of `occlusion`. Zero is the middle of the
            colors; above it the part spoke for the class, below it against.
        image: `(H, W, C)` to lay the map over, or None.
        class_name: the class, for the title.
        ax: matplotlib axes to draw on. If None, a new figure.

    Returns:
        The new figure, or `ax`.

    Example:

    ```python
    import numpy as np
    from keras_vit import inspection

    loss = np.random.default_rng(0).normal(size=(4, 5))
    figure = inspection.plot_occlusion(loss, class_name="cat")
    ```
    """
    loss = numbers("loss", loss, "(rows, columns)", ONE_IMAGE)
    most = max(abs(loss).max(), 1e-12)
    of_class = f" for {class_name}" if class_name else ""
    return over_image(
        "loss",
        loss,
        image,
        "Occlusion" + of_class,
        "score lost when gray",
        ax,
        cmap=SIGNED,
        vmin=-most,
        vmax=most,
    )
