"""Which pixels a token depends on, by gradients (https://arxiv.org/abs/1701.04128).

H, W pixels; h, w tokens of a block's map; D features.
"""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vit.arguments import is_integer
from keras_vit.inspection.finding import find
from keras_vit.inspection.gradients import gradients
from keras_vit.inspection.rebuilding import rebuild
from keras_vit.inspection.running import found_for
from keras_vit.inspection.watching import giving


def receptive_field(
    model: keras.Model, position: tuple[int, int], image: Any = None, seed: int = 0
) -> np.ndarray:
    """How strongly a token depends on each pixel, after each block.

    After one block of a ViT a token has seen the whole image; in a Swin it has seen its
    window, and each shifted block and each merging widens that. The token's features
    are summed with random weights, so that none cancels another, and the sum is
    differentiated by the pixels.

    Args:
        model: a ViT or Swin of this package, or a model that holds one.
        position: (row, column) of a pixel. The token that holds it is looked at, in
            each block on the map of that block.
        image: `(H, W, C)`, as the model takes it. How strong gradients are depends on
            it; hardly where they are zero. If None, noise.
        seed: int, of the weights and the noise.

    Returns:
        float32 `(blocks, H, W)`: the gradient's length over the channels. Zero where a
        pixel has no influence.

    Raises:
        ValueError: if the model is none of ours, or the position is outside of its
            images.

    Example:

    ```python
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.SwinTransformer(
        hidden_dim=8, depths=[2], num_heads=[2], window_size=4, input_shape=(32, 32, 3)
    )
    fields = inspection.receptive_field(model, position=(0, 0))
    assert (fields[0] > 0).sum() == 16 * 16  # one window of 4 x 4 patches of 4 pixels
    ```
    """
    rng = np.random.default_rng(seed)
    if image is None:
        image = _noise(model, rng)
    found, images = found_for(model, np.asarray(image)[None])
    _check_position(position, found.image_size)
    watching = _watching(found, images.shape[1:])
    weights = [
        rng.normal(size=block.output.shape[-1]).astype("float32")
        for block in found.blocks
    ]

    def sums(outputs):
        # A model with one output gives it without a list.
        outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
        pairs = zip(_tokens(outputs, position, found), weights, strict=True)
        return ops.stack([ops.dot(ops.cast(t, "float32"), w) for t, w in pairs])

    no_change = np.zeros((1, *watching.inputs[1].shape[1:]), "float32")
    # (blocks, 1, H, W, C)
    (by_pixel,) = gradients(watching, [images, no_change], by=[1], reduce=sums)
    return np.linalg.norm(by_pixel[:, 0], axis=-1).astype("float32")


def _noise(model, rng) -> np.ndarray:
    """An image of the model's shape and type."""
    find(model)  # its message is better than what follows
    (tensor,) = model.inputs
    if np.dtype(tensor.dtype).kind in "iu":
        return rng.integers(0, 256, size=tensor.shape[1:]).astype(tensor.dtype)
    return rng.normal(size=tensor.shape[1:]).astype("float32")


def _watching(found, image_shape) -> keras.Model:
    """A model of images, and of what is added to them where they become patches.

    Pixels may be integers, which have no gradient; what is added is a float.
    """
    embedding = found.patch_embedding
    change = keras.Input((*found.image_size, embedding.input.shape[-1]))

    def changed(x, **kwargs):
        return embedding(ops.add(x, ops.cast(change, x.dtype)), **kwargs), []

    hooks = {embedding: changed, **{block: giving(block) for block in found.blocks}}
    rebuilt = rebuild(found, hooks, [change], image_shape, with_outputs=False)
    return keras.Model(rebuilt.inputs, rebuilt.seen)


def _tokens(outputs, position, found):
    """For each block, the features (D,) of the token that holds a pixel."""
    row, column = (p // s for p, s in zip(position, found.patch_size, strict=True))
    for output, stage in zip(outputs, found.stages, strict=True):
        if found.kind == "swin":  # (1, h, w, D)
            yield output[0, row // 2**stage, column // 2**stage]
        else:  # (1, N, D)
            yield output[0, found.num_prefix_tokens + row * found.grid_size[1] + column]


def _check_position(position, size) -> None:
    fits = np.shape(position) == (2,) and all(
        is_integer(place) and 0 <= place < side
        for place, side in zip(position, size, strict=True)
    )
    if not fits:
        raise ValueError(
            "`position` should be the (row, column) of a pixel of the model's images "
            f"of {size[0]}x{size[1]}. Received: {position!r}"
        )
