"""What a classifier says of each picture."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_vit.arguments import check_positive, is_integer
from keras_vit.inspection.plots.canvas import LABEL, TICK, new_picture
from keras_vit.inspection.plots.photographs import draw_picture

RIGHT, WRONG, OTHER = "#8fd18f", "#f2a09a", "0.8"  # pale: black letters lie on it


def plot_predictions(
    model: keras.Model,
    images: Any,
    class_names: Sequence[str] | None = None,
    top: int = 3,
    labels: Any = None,
    pictures: Any = None,
):
    """Draw each image beside the classes that the model gives it most of.

    Args:
        model: a classifier, `(B, classes)`: probabilities, or logits, which are made
            into probabilities.
        images: `(B, H, W, C)`, as the model takes them.
        class_names: a name for each class. If None, their numbers.
        top: int, how many classes to show.
        labels: true classes, ints `(B,)`: the right one is green, and a wrong first
            choice red.
        pictures: what to draw in place of `images`, such as the photographs before
            they were normalized.

    Returns:
        The new figure.

    Raises:
        ValueError: if the model gives no row of classes for each image, or there are
            not as many names as classes, or labels or pictures as images.

    Example:

    ```python
    import numpy as np
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.ViTTi16(input_shape=(32, 32, 3), classes=3)
    images = np.random.default_rng(0).random((2, 32, 32, 3), dtype="float32")
    figure = inspection.plot_predictions(model, images, ["cat", "dog", "fox"])
    ```
    """
    check_positive(top=top)
    scores = probabilities(model, images)
    names = _names(class_names, scores.shape[1])
    pictures = images if pictures is None else pictures
    for name, values in (("labels", labels), ("pictures", pictures)):
        if values is not None and len(values) != len(scores):
            raise ValueError(
                f"`{name}` should have one entry for each of the {len(scores)} images. "
                f"Received: {len(values)}"
            )
    labels = _labels(labels, len(names))
    figure = new_picture(6.4, 1.9 * len(scores))
    grid = figure.subplots(
        len(scores), 2, squeeze=False, gridspec_kw={"width_ratios": (1, 1.5)}
    )
    for i, (left, right) in enumerate(grid):
        draw_picture(left, pictures[i])
        label = None if labels is None else labels[i]
        if label is not None:
            left.set_ylabel(names[label], fontsize=LABEL)
        _bars(right, scores[i], names, top, label)
        right.tick_params(labelsize=TICK, labelbottom=right is grid[-1][1])
    grid[-1][1].set_xlabel("probability (%)", fontsize=LABEL)
    return figure


def probabilities(model: keras.Model, images: Any) -> np.ndarray:
    """What the model gives for images, as probabilities `(B, classes)`."""
    scores = keras.ops.convert_to_numpy(model.predict(images, verbose=0))
    if not isinstance(scores, np.ndarray) or scores.ndim != 2:
        raise ValueError(
            "`plot_predictions` draws a classifier's output, (batch, classes). "
            f"Received: a model whose output is {model.output_shape}. Build it with "
            "include_top=True."
        )
    if getattr(model.layers[-1], "activation", None) is keras.activations.sigmoid:
        return scores.astype("float32")
    return as_probabilities(scores)


def as_probabilities(scores: np.ndarray) -> np.ndarray:
    """Scores `(..., classes)` that add up to 1, or the softmax of those that do not."""
    scores = scores.astype("float32")
    if scores.min() >= 0 and np.allclose(scores.sum(axis=-1), 1, atol=1e-3):
        return scores
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def _names(class_names, classes: int) -> list[str]:
    names = range(classes) if class_names is None else class_names
    if len(names) != classes:
        raise ValueError(
            f"`class_names` should have a name for each of the model's {classes} "
            f"classes. Received: {len(names)} names."
        )
    return [str(name) for name in names]


def _labels(labels, classes: int) -> list[int] | None:
    if labels is None:
        return None
    numbers = list(np.asarray(labels).ravel())
    if not all(is_integer(label) and 0 <= label < classes for label in numbers):
        raise ValueError(
            f"`labels` should be classes from 0 to {classes - 1}. Received: {labels!r}"
        )
    return [int(label) for label in numbers]


def _bars(axes, scores: np.ndarray, names: list[str], top: int, label) -> None:
    """The best classes, best on top, names within the bars' row."""
    best = np.argsort(-scores, kind="stable")[:top]
    places = np.arange(len(best))
    colors = [OTHER] * len(best)
    if label is not None:
        colors = [RIGHT if k == label else OTHER for k in best]
        colors[0] = RIGHT if best[0] == label else WRONG
    axes.barh(places, 100 * scores[best], color=colors, height=0.8)
    for place, k in zip(places, best, strict=True):
        text = f"{names[k]}  {100 * scores[k]:.0f} %"
        axes.text(2, place, text, va="center", fontsize=LABEL)
    axes.set(xlim=(0, 100), ylim=(top - 0.4, -0.6), yticks=[])
    axes.spines[["top", "right", "left"]].set_visible(False)
