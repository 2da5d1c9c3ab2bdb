"""One number a head: how far it looks, and at how much at once.

B images, H heads, N tokens (of a window), nW windows; Q queries.
"""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vit.inspection.places import are_queries, on_the_map, pixels_apart
from keras_vit.inspection.running import found_for
from keras_vit.inspection.scores import watch_scores

TINY = 1e-30  # where a query has no weight on any patch, 0 / TINY is 0


def attention_distance(
    model: keras.Model, images: Any, renormalize: bool = True
) -> np.ndarray:
    """How far from itself a patch looks, in each head.

    "Mean attention distance", Figures 7 (right) and 11 of [An Image is Worth 16x16
    Words](https://arxiv.org/abs/2010.11929): the distance between a patch and all
    others, weighted by the attention, averaged over patches and images. Class token and
    registers lie nowhere: neither as queries nor as keys do they count.

    Args:
        model: a ViT or Swin of this package, or a model that holds one.
        images: `(B, H, W, C)`, as the model takes them. The paper took 128.
        renormalize: bool, whether the weights over patches are made to add up to 1
            where some went to class token, registers or padding. Without it a head
            that looks at the class token seems to look nearby, as in the code that
            https://keras.io/examples/vision/probing_vits/ took over.

    Returns:
        float32 `(layers, heads)`, in pixels between the centers of patches. NaN where a
        block has fewer heads than another (Swin).

    Raises:
        ValueError: if the model is none of ours, or the images do not fit it.

    Example:

    ```python
    import numpy as np
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.ViTTi16(input_shape=(32, 48, 3))
    images = np.random.default_rng(0).random((2, 32, 48, 3), dtype="float32")
    distance = inspection.attention_distance(model, images)
    assert distance.shape == (12, 3)
    assert (distance > 0).all() and (distance < 16 * np.sqrt(1 + 2**2)).all()
    ```
    """

    def look(scores, counts, apart):
        weights = scores * ops.expand_dims(counts, -2)  # (B, [nW,] H, Q, N)
        distance = ops.sum(weights * apart, axis=-1)
        if renormalize:
            distance = distance / ops.maximum(ops.sum(weights, axis=-1), TINY)
        return mean_over_queries(distance, counts)

    found, images = found_for(model, images)
    constants = [
        (on_the_map(found, number), pixels_apart(found, number))
        for number in found.chosen(None)
    ]
    return by_head(model, found, images, f"distance {renormalize}", look, constants)


def attention_entropy(model: keras.Model, images: Any) -> np.ndarray:
    """How many tokens a head looks at, as the entropy of its attention.

    `-sum(A log A)` over the keys, averaged over queries and images: 0 where each query
    looks at one token, `log(N)` where all of N get the same. `exp` of it can be read as
    a number of tokens.

    Args:
        model: a ViT or Swin of this package, or a model that holds one.
        images: `(B, H, W, C)`, as the model takes them.

    Returns:
        float32 `(layers, heads)`, in nats. NaN where a block has fewer heads than
        another (Swin).

    Raises:
        ValueError: if the model is none of ours, or the images do not fit it.

    Example:

    ```python
    import numpy as np
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.ViTTi16(input_shape=(32, 48, 3))
    images = np.random.default_rng(0).random((2, 32, 48, 3), dtype="float32")
    entropy = inspection.attention_entropy(model, images)
    assert entropy.shape == (12, 3) and (entropy <= np.log(7) + 1e-5).all()
    ```
    """

    def look(scores, counts):
        entropy = -ops.sum(scores * ops.log(ops.maximum(scores, TINY)), axis=-1)
        return mean_over_queries(entropy, counts)

    found, images = found_for(model, images)
    constants = [(are_queries(found, number),) for number in found.chosen(None)]
    return by_head(model, found, images, "entropy", look, constants)


def by_head(model, found, images, made_of, look, constants) -> np.ndarray:
    """What `look` makes of the scores and constants of each block, over all images.

    Args:
        model: the model that was given.
        found: what was found in it.
        images: `(B, ...)`.
        made_of: names what `look` makes.
        look: function of a block's scores and constants that gives `(B, H)`.
        constants: for each block, arrays.

    Returns:
        `(layers, heads)`; NaN where a block has fewer heads than another.
    """

    def look_at(number, scores):
        return look(scores, *map(ops.convert_to_tensor, constants[number]))

    parts = watch_scores(model, found, images, found.chosen(None), made_of, look_at)
    rows = [
        np.concatenate(block).mean(axis=0, dtype="float64")
        for block in zip(*parts, strict=True)
    ]
    table = np.full((len(rows), max(map(len, rows))), np.nan, "float32")
    for line, row in zip(table, rows, strict=True):
        line[: len(row)] = row
    return table


def mean_over_queries(values, counts):
    """The mean of `(B, [nW,] H, Q)` over the queries that count: `(B, H)`."""
    axes = (-1,) if len(counts.shape) == 1 else (-3, -1)
    return ops.sum(values * counts, axis=axes) / ops.sum(counts)
