"""The head's answer for single tokens, block by block.

B images, L blocks, T tokens, D channels, K classes.
"""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vit.inspection.found import Found
from keras_vit.inspection.rebuilding import Hook, rebuild
from keras_vit.inspection.running import found_for, kept, run
from keras_vit.layers import TokenPooling

POOLING = (
    TokenPooling,
    keras.layers.Cropping1D,
    keras.layers.GlobalAveragePooling1D,
    keras.layers.GlobalAveragePooling2D,
    keras.layers.GlobalMaxPooling1D,
    keras.layers.GlobalMaxPooling2D,
)


def logit_lens(model: keras.Model, images: Any) -> np.ndarray:
    """What the head would say of each patch after each block.

    The [logit lens](https://arxiv.org/abs/2303.08112): the model's last normalization
    and its head are made to read each patch by itself, as if it were the image's
    vector, and after each block, as if it were the last. Early blocks are read by a
    head that never saw the like of them.

    Args:
        model: a ViT or Swin of this package with a classifier, or a model that holds
            one and ends in a classifier. Between the last block and the classifier
            there should be a pooling: `TokenPooling`, one of Keras's global poolings,
            or the first token, `x[:, 0]`.
        images: `(B, H, W, C)`, as the model takes them.

    Returns:
        float32 `(layers, B, rows, columns, classes)`: probabilities where the model
        gives probabilities, logits where it gives logits. Of a Swin the blocks of the
        last stage alone: those before have fewer channels than the head reads.

    Raises:
        ValueError: if the model is none of ours, the images do not fit it, or no
            classifier reads a pooling of its tokens.

    Example:

    ```python
    import numpy as np
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.ViTTi16(input_shape=(32, 48, 3), classes=5)
    images = np.random.default_rng(0).random((2, 32, 48, 3), dtype="float32")
    assert inspection.logit_lens(model, images).shape == (12, 2, 2, 3, 5)
    ```
    """
    found, images = found_for(model, images)
    shape = images.shape[1:]
    lens = kept(model, ("logit_lens", shape), lambda: _lens(found, shape))
    size = 8 * int(np.prod(lens.output_shape[1:]))
    parts = [answers for (answers,) in run(lens, images, size)]
    return np.moveaxis(np.concatenate(parts), 1, 0).astype("float32")


def _lens(found: Found, image_shape) -> keras.Model:
    """From images to answers `(B, L, rows, columns, K)`."""
    last = found.stages[-1]
    blocks = [
        b for b, stage in zip(found.blocks, found.stages, strict=True) if stage == last
    ]
    pooled: list = []
    hooks = _stacking(blocks) | {
        layer: _unpooled(layer, found.num_prefix_tokens, pooled)
        for layer in _after_blocks(found)
    }
    rebuilt = rebuild(found, hooks, image_shape=image_shape)
    answers = rebuilt.outputs[0]
    if not pooled or len(rebuilt.outputs) != 1 or len(answers.shape) != 2:
        raise ValueError(
            "`logit_lens` needs a model that ends in a classifier of pooled tokens: "
            "one output (batch, classes), after TokenPooling, one of Keras's global "
            f"poolings, or x[:, 0]. Received: '{found.path[0].name}' with output shape "
            f"{found.path[0].output_shape}."
        )
    answers = ops.reshape(
        answers, (-1, len(blocks), *found.maps[-1], answers.shape[-1])
    )
    return keras.Model(rebuilt.inputs[0], answers)


def _stacking(blocks) -> dict[Any, Hook]:
    """Hooks by which the tokens after each of the blocks flow on as one batch."""
    tokens: list = []

    def hook(block) -> Hook:
        def call(x, **kwargs):
            y = block(x, **kwargs)
            tokens.append(y)
            if block is not blocks[-1]:
                return y, []
            stacked = ops.stack(tokens, axis=1)  # (B, L, T, D)
            return ops.reshape(stacked, (-1, *y.shape[1:])), []

        return call

    return {block: hook(block) for block in blocks}


def _after_blocks(found: Found) -> list:
    """What may pool, after the last block, in each of the models on the way."""
    within = (*found.path[1:], found.blocks[-1])
    after = []
    for model, inner in zip(found.path, within, strict=True):
        operations = [*getattr(model, "operations", model.layers)]
        start = operations.index(inner) + 1
        after += [
            operation
            for operation in operations[start:]
            if isinstance(operation, POOLING) or type(operation).__name__ == "GetItem"
        ]
    return after


def _unpooled(layer, before: int, pooled: list) -> Hook:
    """Let all patches through as rows where a layer would pool them.

    Args:
        layer: that may pool, or only cut tokens off before a pooling.
        before: class and register tokens, which are no patches.
        pooled: gets the layer if it does pool.
    """

    def call(x, *args, **kwargs):
        y = layer(x, *args, **kwargs)
        if len(x.shape) == len(y.shape):  # x[:, 1:] before a pooling
            return x, []
        if pooled or len(y.shape) != 2 or y.shape[-1] != x.shape[-1]:
            return y, []
        pooled.append(layer)
        patches = x[:, before:] if len(x.shape) == 3 else x
        return ops.reshape(patches, (-1, x.shape[-1])), []

    return call
