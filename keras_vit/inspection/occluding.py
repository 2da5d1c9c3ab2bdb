"""What the answer loses without a part of the image (https://arxiv.org/abs/1311.2901).

B images, H, W pixels; rows, columns of parts.
"""

from typing import Any

import keras
import numpy as np

from keras_vit.arguments import check_positive, pair
from keras_vit.inspection.classes import checked_classes
from keras_vit.inspection.graying import (
    answers,
    grayed,
    spatial_size,
)
from keras_vit.inspection.running import found_for


def occlusion(
    model: keras.Model,
    images: Any,
    classes: Any,
    patch_size: int | tuple[int, int] | None = None,
    fill: float | tuple[float, ...] | None = None,
    batch_size: int = 32,
) -> np.ndarray:
    """Gray out one part of an image after another and see what the score loses.

    [Visualizing and Understanding Convolutional Networks](
    https://arxiv.org/abs/1311.2901), section 4.2. It asks the model itself and takes no
    attention for an answer, at the cost of `rows * columns` forward passes an image.

    Args:
        model: a classifier with a ViT or Swin of this package.
        images: `(B, H, W, C)`, as the model takes them.
        classes: int, or one for each image: whose score is watched.
        patch_size: int or (rows, columns), pixels of a part. If None, the patches of a
            ViT, and what a token of the last stage covers of a Swin.
        fill: the gray: a number, or one a channel. If None, each image's mean color.
        batch_size: int, grayed images that go through the model at once.

    Returns:
        float32 `(B, rows, columns)`: the score of the whole image less that without the
        part. The score is the model's output, a probability or a logit.

    Raises:
        ValueError: if the model is none of ours or no classifier, or has no such class.

    Example:

    ```python
    import numpy as np
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.ViTTi16(input_shape=(32, 48, 3), classes=3)
    images = np.random.default_rng(0).random((2, 32, 48, 3), dtype="float32")
    assert inspection.occlusion(model, images, classes=[0, 2]).shape == (2, 2, 3)
    ```
    """
    check_positive(batch_size=batch_size)
    found, images = found_for(model, images)
    labels = checked_classes(model, classes, len(images))
    size = spatial_size(images)
    if patch_size is None:
        parts, grid = _parts_of_model(found, size)
    else:
        parts, grid = _parts(size, size, pair(patch_size, "patch_size"))
    count = grid[0] * grid[1]
    losses = []
    for image, label in zip(images, labels, strict=True):
        # Part -1 is none: the whole image goes first.
        occluded = (grayed(image, parts == part, fill) for part in range(-1, count))
        scores = answers(model, occluded, count + 1, batch_size)[:, label]
        losses.append(scores[0] - scores[1:])
    return np.stack(losses).reshape(-1, *grid)


def _parts_of_model(found, size):
    """The patches of a ViT; of a Swin what a token of the last stage covers."""
    merged = 2 ** (found.num_stages - 1)
    rows, columns = found.patch_size
    return _parts(size, found.image_size, (rows * merged, columns * merged))


def _parts(size, inner, patch):
    """Number the parts of an image: `(H, W)`, and the grid of parts.

    Args:
        size: (H, W) of the images.
        inner: (H, W) to which a bigger model resizes them, if it does.
        patch: (rows, columns) of a part, in pixels of the inner image.
    """
    rows, columns = (
        np.arange(side) * inside // side // step
        for side, inside, step in zip(size, inner, patch, strict=True)
    )
    grid = int(rows[-1]) + 1, int(columns[-1]) + 1
    return rows[:, None] * grid[1] + columns[None, :], grid
