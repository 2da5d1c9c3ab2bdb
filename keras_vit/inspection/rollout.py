"""Attention rollout (https://arxiv.org/abs/2005.00928), for ViT and Swin.

B images, nW windows, N tokens of a window (ViT: all tokens are one window).
"""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vit.arguments import check_choice, check_rate
from keras_vit.inspection.found import Found
from keras_vit.inspection.places import attending_pairs
from keras_vit.inspection.running import found_for
from keras_vit.inspection.scores import watch_scores
from keras_vit.inspection.walk_back import through_windows, walk_back

FUSIONS = {"mean": ops.mean, "max": ops.max, "min": ops.min}


def attention_rollout(
    model: keras.Model,
    images: Any,
    discard_ratio: float = 0.0,
    head_fusion: str = "mean",
) -> np.ndarray:
    """Which patches the answer was gathered from, by attention alone.

    [Quantifying Attention Flow in Transformers](https://arxiv.org/abs/2005.00928),
    Equation 1: heads are fused to one matrix a block, the residual stream is an
    identity, `(A + I) / 2` with rows that add up to 1, and the blocks' matrices are
    multiplied. Of the product it gives the class token's row over the patches, or the
    mean of the patches' rows where there is no class token or the model reads the mean
    of the patches.

    For Swin the same on the plane of the image: windows put back on the map, shift,
    padding and mask undone, and between stages the matrix by which each place is the
    mean of the 2x2 that were merged.

    Args:
        model: a ViT or Swin of this package, or a model that holds one.
        images: `(B, H, W, C)`, as the model takes them.
        discard_ratio: float, at least 0 and below 1: which part of each image's fused
            scores in each block are set to zero, the smallest first, before the
            identity is added. Those of the class token as a key are always kept. In
            Swin it is a part of the pairs that may attend.
        head_fusion: `"mean"`, `"max"` or `"min"` over the heads.

    Returns:
        float32 `(B, rows, columns)` of patches. With what is left on the class token
        and registers it adds up to 1.

    Raises:
        ValueError: if the model is none of ours, the images do not fit it, or an
            argument is not one of the above.

    Example:

    ```python
    import numpy as np
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.SwinTransformer(
        input_shape=(64, 96, 3),
        hidden_dim=6,
        depths=(2, 2),
        num_heads=(1, 2),
        window_size=7,
    )
    images = np.random.default_rng(0).random((1, 64, 96, 3), dtype="float32")
    rollout = inspection.attention_rollout(model, images)
    assert rollout.shape == (1, 16, 24)
    assert np.isclose(rollout.sum(), 1, atol=1e-5)
    ```
    """
    check_rate(discard_ratio=discard_ratio)
    check_choice("head_fusion", head_fusion, tuple(FUSIONS))
    found, images = found_for(model, images)

    def fuse(number, scores):
        return FUSIONS[head_fusion](scores, axis=-3)  # heads

    def step(row, fused, places):
        return through_windows(row, fused, places)

    maps = []
    for blocks in watch_scores(
        model, found, images, found.chosen(None), f"{head_fusion} of heads", fuse
    ):
        matrices = [
            stochastic(found, number, fused, discard_ratio)
            for number, fused in enumerate(blocks)
        ]
        maps.append(walk_back(found, matrices, step))
    return np.concatenate(maps).astype("float32")


def stochastic(
    found: Found, number: int, fused: np.ndarray, discard_ratio: float
) -> np.ndarray:
    """(A + I) / 2 of each image and window, with rows that add up to 1.

    Args:
        found: what `find` gave.
        number: of the block.
        fused: scores, heads fused: ViT `(B, N, N)`, Swin `(B, nW, N, N)`.
        discard_ratio: as `attention_rollout` takes it.

    Returns:
        float64 `(B, nW, N, N)`.
    """
    if found.kind == "vit":
        fused = fused[:, None]
    pairs = np.ones(fused.shape[1:], bool)
    if found.kind == "swin":
        pairs = attending_pairs(found.layout(number))
    matrices = np.where(pairs, fused, 0).astype("float64")
    droppable = pairs.copy()
    if found.has_class_token:
        droppable[..., 0] = False
    for image in matrices:
        image[_smallest(image, pairs, discard_ratio) & droppable] = 0
    matrices += np.eye(matrices.shape[-1])
    return matrices / matrices.sum(axis=-1, keepdims=True)


def _smallest(image, pairs, ratio: float) -> np.ndarray:
    """Where the smallest of an image's pairs are, as many as the ratio says."""
    chosen = np.zeros(image.shape, bool)
    count = int(pairs.sum() * ratio)
    if count:
        values = np.where(pairs, image, np.inf).reshape(-1)
        chosen.reshape(-1)[np.argpartition(values, count - 1)[:count]] = True
    return chosen
