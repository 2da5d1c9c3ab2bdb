"""Deletion and insertion: does a map point at what matters (arXiv 1806.07421)?

B images, S steps, P parts of an image.
"""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_vit.arguments import check_positive
from keras_vit.inspection.classes import check_classifier, checked_classes
from keras_vit.inspection.graying import (
    answers,
    grayed,
    spatial_size,
)
from keras_vit.inspection.running import found_for


@dataclass(frozen=True)
class Faithfulness:
    """Deletion and insertion curves of a map, and of random orders beside it.

    What `faithfulness` returns. The arguments are attributes too.

    Args:
        fractions: `(S + 1,)`, from 0 to 1: the share of parts that went or came.
        deletion: `(B, S + 1)`, the score as the highest parts are grayed out first.
        insertion: `(B, S + 1)`, the score as they are shown first, all else gray.
        random_deletion: `(B, S + 1)`, the same in random orders, their mean.
        random_insertion: `(B, S + 1)`.

    Example:

    ```python
    import numpy as np
    from keras_vit import inspection

    falls, rises = np.array([[1.0, 0.0, 0.0]]), np.array([[0.0, 1.0, 1.0]])
    fractions = np.array([0.0, 0.5, 1.0])
    result = inspection.Faithfulness(fractions, falls, rises, falls, rises)
    assert result.areas["deletion"] == [0.25]  # the area below the curve
    ```
    """

    fractions: np.ndarray
    deletion: np.ndarray
    insertion: np.ndarray
    random_deletion: np.ndarray
    random_insertion: np.ndarray

    @property
    def areas(self) -> dict[str, np.ndarray]:
        """The mean height of each curve, `(B,)`: the area below it."""
        steps = np.diff(self.fractions)
        return {
            name: ((curve[:, 1:] + curve[:, :-1]) / 2) @ steps
            for name, curve in vars(self).items()
            if name != "fractions"
        }


def faithfulness(
    model: keras.Model,
    images: Any,
    maps: Any,
    classes: Any = None,
    steps: int = 20,
    num_random: int = 3,
    fill: float | tuple[float, ...] | None = None,
    batch_size: int = 32,
    seed: int = 0,
) -> Faithfulness:
    """Take away, and bring back, the parts of images in the order of a map.

    [RISE](https://arxiv.org/abs/1806.07421), section 4.2. If a map of attention or
    relevance is right, the score falls faster than in a random order when its highest
    parts are grayed out first, and rises faster when they are shown first.

    Args:
        model: a classifier `(B, classes)`.
        images: `(B, H, W, C)`, as the model takes them.
        maps: `(B, rows, columns)`, any map over the images: rollout, class attention,
            occlusion. Its places share the image evenly.
        classes: int, or one for each image: whose score is watched. If None, the class
            that the model gives most.
        steps: int, in how many steps all parts go or come.
        num_random: int, random orders an image to compare with.
        fill: the gray: a number, or one a channel. If None, each image's mean color.
        batch_size: int, images that go through the model at once.
        seed: int, of the random orders.

    Returns:
        A `Faithfulness`: `fractions`, four curves, and their `areas`.

    Raises:
        ValueError: if the model is no classifier, or the maps do not fit the images.

    Example:

    ```python
    import numpy as np
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.ViTTi16(input_shape=(32, 48, 3), classes=3)
    images = np.random.default_rng(0).random((2, 32, 48, 3), dtype="float32")
    maps = np.random.default_rng(1).random((2, 2, 3))
    result = inspection.faithfulness(model, images, maps, steps=6)
    assert result.deletion.shape == (2, 7)
    assert set(result.areas) > {"deletion", "random_deletion"}
    ```
    """
    check_positive(steps=steps, num_random=num_random, batch_size=batch_size)
    _, images = found_for(model, images)
    size = spatial_size(images)
    maps = _checked_maps(maps, len(images), size)
    if classes is None:
        check_classifier(model)
        classes = answers(model, images, len(images), batch_size).argmax(-1)
    labels = checked_classes(model, classes, len(images))
    parts = _parts_of(size, maps.shape[1:])
    counts = np.round(np.linspace(0, maps[0].size, steps + 1)).astype(int)
    rng = np.random.default_rng(seed)
    curves = []
    for image, label, values in zip(images, labels, maps, strict=True):
        orders = [np.argsort(-values.ravel(), kind="stable")]
        orders += [rng.permutation(values.size) for _ in range(num_random)]
        shown = _goings_and_comings(image, parts, orders, counts, fill)
        count = len(orders) * 2 * len(counts)
        scores = answers(model, shown, count, batch_size)[:, label]
        by_map, *by_chance = scores.reshape(len(orders), 2, len(counts))
        curves.append([*by_map, *np.mean(by_chance, axis=0)])
    return Faithfulness(counts / maps[0].size, *np.stack(curves, axis=1))


def _goings_and_comings(image, parts, orders, counts, fill):
    """For each order first the images of a deletion, then those of an insertion."""
    for order in orders:
        rank = np.empty(order.size, int)
        rank[order] = np.arange(order.size)
        place = rank[parts]  # (H, W): where in the order a pixel's part stands
        for count in counts:
            yield grayed(image, place < count, fill)
        for count in counts:
            yield grayed(image, place >= count, fill)


def _checked_maps(maps, count, size) -> np.ndarray:
    array = np.asarray(maps, "float64")
    height, width = size
    fits = array.ndim == 3 and len(array) == count and array[0].size
    if not fits or array.shape[1] > height or array.shape[2] > width:
        raise ValueError(
            f"`maps` should be one map for each of the {count} images, (batch, "
            f"rows, columns), of no more places than pixels. Received: shape "
            f"{array.shape} for images of {height}x{width}."
        )
    if not np.isfinite(array).all():
        raise ValueError("`maps` should be finite. Received: NaN or infinity.")
    return array


def _parts_of(size, grid) -> np.ndarray:
    """Which place of the map each pixel belongs to: `(H, W)`."""
    rows, columns = (
        np.arange(side) * places // side
        for side, places in zip(size, grid, strict=True)
    )
    return rows[:, None] * grid[1] + columns[None, :]
