"""Which patches speak for a class (https://arxiv.org/abs/2103.15679).

B images, nW windows, H heads, N tokens (of a window).
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vit.inspection.classes import checked_classes
from keras_vit.inspection.found import Found
from keras_vit.inspection.gradients import differentiated
from keras_vit.inspection.running import batches, found_for, kept
from keras_vit.inspection.scores import scores_bytes
from keras_vit.inspection.walk_back import through_windows, walk_back
from keras_vit.inspection.weighing import scores_shape, weighed_model


def class_attention(
    model: keras.Model, images: Any, classes: int | Sequence[int]
) -> np.ndarray:
    """Which patches speak for a class, by attention and its gradients.

    [Generic Attention-model Explainability](https://arxiv.org/abs/2103.15679),
    Equations 5 and 6 for self-attention: from block to block
    `R = R + mean over heads of max(0, A * gradient of the class's logit by A) times R`,
    with the identity at first. It gives the class token's row over the patches, without
    any normalization. Where the model reads the mean of the patches, it is the mean of
    their rows less that of the identity, by which a patch speaks for itself whatever
    the class. For Swin the same on the plane of the image, as in `attention_rollout`.

    One pass forward and one backward, of a few images at a time; on the device there
    are three times the scores that `attention_maps` speaks of.

    Args:
        model: a classifier that is a ViT or Swin of this package, or holds one.
        images: `(B, H, W, C)`, as the model takes them.
        classes: int, or one for each image: whose logit is differentiated. Where the
            model ends in an activation, it is what the activation gets.

    Returns:
        float32 `(B, rows, columns)` of patches, none below 0.

    Raises:
        ValueError: if the model is none of ours or no classifier, the images do not fit
            it, or it has no such class.

    Example:

    ```python
    import numpy as np
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.ViTTi16(input_shape=(32, 48, 3), classes=5)
    images = np.random.default_rng(0).random((2, 32, 48, 3), dtype="float32")
    assert inspection.class_attention(model, images, classes=[0, 4]).shape == (2, 2, 3)
    ```
    """
    found, images = found_for(model, images)
    labels = checked_classes(model, classes, len(images))
    numbers = found.chosen(None)
    shape = images.shape[1:]

    def make():
        weighed = weighed_model(found, shape)
        by = range(2, 2 + len(numbers))
        return differentiated(weighed, by, _total)

    differentiate = kept(model, ("class_attention", shape), make)
    weights = np.eye(model.output_shape[-1], dtype="float32")[labels]
    maps = []
    for rows, real in batches(
        len(images), 4 * sum(scores_bytes(found, number) for number in numbers)
    ):
        zeros = [
            np.zeros((len(rows), *scores_shape(found, number)), "float32")
            for number in numbers
        ]
        by, scores = differentiate([images[rows], weights[rows], *zeros])
        relevant = [
            _relevant(found, of_block[:real], gradient[0, :real])
            for of_block, gradient in zip(scores, by, strict=True)
        ]
        maps.append(_gathered(found, relevant))
    return np.concatenate(maps)


def _total(outputs):
    """What is differentiated: no image's answer depends on another's scores."""
    answers, *scores = outputs
    return ops.reshape(ops.sum(answers), (1,)), scores


def _relevant(found: Found, scores: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """The mean over heads of max(0, A * gradient): `(B, nW, N, N)`."""
    relevant = np.maximum(scores * gradient, 0).mean(axis=-3, dtype="float64")
    return relevant if found.kind == "swin" else relevant[:, None]


def _gathered(found: Found, relevant: Sequence[np.ndarray]) -> np.ndarray:
    """What is read out of the patches, but for what is read there by no attention."""

    def step(row, relevant, places):
        return row + through_windows(row, relevant, places)

    total = walk_back(found, relevant, step)
    identity = walk_back(found, relevant, lambda row, *_: row)
    return np.maximum(total - identity, 0).astype("float32")
