"""Have blocks give what they keep for themselves: attention scores, tokens.

B batch, N tokens, H heads; nW windows in Swin.
"""

from collections.abc import Callable, Sequence

import keras
from keras import ops

from keras_vit.inspection.found import Found
from keras_vit.inspection.rebuilding import Hook, rebuild


class Watched(keras.layers.Layer):
    """A block that also gives a function of its attention scores.

    What the function does not give is freed at once: of large images, the scores of
    all blocks are more than a machine may hold.
    """

    def __init__(self, block, look: Callable):
        super().__init__(autocast=False)
        self.block = block
        self.look = look

    def call(self, x, training=None):
        """Give the block's output, and what is made of float32 scores."""
        y, scores = self.block(x, training=training, return_attention_scores=True)
        return y, self.look(ops.cast(scores, "float32"))


def scores_model(
    found: Found,
    numbers: Sequence[int],
    look: Callable | None = None,
    image_shape: Sequence[int] | None = None,
) -> keras.Model:
    """A model from images to the attention scores of some blocks.

    Args:
        found: what `find` gave.
        numbers: of the blocks.
        look: function of a block's number and its scores, ViT `(B, H, N, N)`, Swin
            `(B, nW, H, N, N)`, in float32; gives one tensor. By default the scores.
        image_shape: as `rebuild` takes it.

    Returns:
        A functional model with one output for each block, in the order of the blocks.
    """

    def hook(number, block) -> Hook:
        watched = Watched(
            block, lambda scores: look(number, scores) if look else scores
        )

        def call(x, **kwargs):
            y, seen = watched(x, **kwargs)
            return y, [seen]

        return call

    hooks = {found.blocks[n]: hook(n, found.blocks[n]) for n in numbers}
    rebuilt = rebuild(found, hooks, image_shape=image_shape, with_outputs=False)
    return keras.Model(rebuilt.inputs[0], rebuilt.seen)


def tokens_model(
    found: Found,
    layers: Sequence[keras.layers.Layer],
    image_shape: Sequence[int] | None = None,
) -> keras.Model:
    """A model from images to what some of the host's layers give.

    Args:
        found: what `find` gave.
        layers: of `found.host`: `found.blocks`, `found.norm` and the like.
        image_shape: as `rebuild` takes it.

    Returns:
        A functional model with one output for each layer, in the order of the graph.
        Its layers are those of the model that was given, and train with it.
    """
    hooks = {layer: giving(layer) for layer in layers}
    rebuilt = rebuild(found, hooks, image_shape=image_shape, with_outputs=False)
    return keras.Model(rebuilt.inputs[0], rebuilt.seen)


def giving(layer) -> Hook:
    """A hook that leaves a layer as it is and shows what it gives."""

    def call(x, **kwargs):
        y = layer(x, **kwargs)
        return y, [y]

    return call
