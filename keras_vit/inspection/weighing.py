"""Have a block add a tensor to its attention scores, and a model give its logits.

A gradient by a zero tensor that is added to the scores is the gradient by the scores.

B batch, H heads, N tokens (of a window); nW windows in Swin; K classes.
"""

import contextlib
from collections.abc import Sequence

import keras
from keras import ops

from keras_vit.inspection.found import Found
from keras_vit.inspection.rebuilding import Hook, rebuild

FLOAT = "float32"  # of what is differentiated by, whatever the model computes in


class Weighing(keras.layers.Layer):
    """A block that adds to its scores, after the softmax, and gives them."""

    def __init__(self, block):
        super().__init__(autocast=False)
        self.block = block

    def call(self, x, added, training=None):
        """Give the block's output and its scores in float32, without what is added."""
        attention = getattr(self.block.attention, "attention", self.block.attention)

        def alter(scores):  # of images and windows in another shape, but this order
            alike = ops.reshape(added, ops.shape(scores))
            return scores + ops.cast(alike, scores.dtype)

        with _changed(attention, "alter_scores", alter):
            y, scores = self.block(x, training=training, return_attention_scores=True)
        return y, ops.cast(scores, FLOAT)


class Logits(keras.layers.Layer):
    """A dense layer without its activation."""

    def __init__(self, dense):
        super().__init__(autocast=False)
        self.dense = dense

    def call(self, x):
        """Give the layer's output before the activation."""
        with _changed(self.dense, "activation", keras.activations.linear):
            return self.dense(x)


@contextlib.contextmanager
def _changed(layer, name, value):
    """An attribute of a layer that is another for a while."""
    before = getattr(layer, name)
    setattr(layer, name, value)
    try:
        yield
    finally:
        setattr(layer, name, before)


def weighed_model(found: Found, image_shape: Sequence[int]) -> keras.Model:
    """From images, weights of the classes and what is added to scores, to answers.

    Args:
        found: what `find` gave. The model should be a classifier.
        image_shape: of the images without the batch axis.

    Returns:
        A model whose inputs are images, `(B, K)`, and for each block `(B, H, N, N)` or
        in Swin `(B, nW, H, N, N)`; whose outputs are the sums of weights times logits
        `(B,)`, and the scores of each block.
    """
    added = [
        keras.Input(scores_shape(found, number), name=f"added_{number}", dtype=FLOAT)
        for number in range(len(found.blocks))
    ]
    blocks = zip(found.blocks, added, strict=True)
    hooks = {block: _weighing(block, tensor) for block, tensor in blocks}
    rebuilt = rebuild(found, hooks | _logits(found), added, image_shape)
    logits = rebuilt.outputs[0]
    weights = keras.Input((logits.shape[-1],), name="class_weights", dtype=FLOAT)
    answers = ops.sum(ops.cast(logits, FLOAT) * weights, axis=-1)
    images, *added = rebuilt.inputs
    return keras.Model([images, weights, *added], [answers, *rebuilt.seen])


def scores_shape(found: Found, number: int) -> tuple[int, ...]:
    """The shape of the scores that one image has in a block."""
    tokens = found.num_tokens(number)
    shape = (found.blocks[number].num_heads, tokens, tokens)
    if found.kind == "swin":
        return (found.layout(number).windows, *shape)
    return shape


def _weighing(block, added) -> Hook:
    weighing = Weighing(block)

    def call(x, **kwargs):
        y, scores = weighing(x, added, **kwargs)
        return y, [scores]

    return call


def _logits(found: Found) -> dict:
    """A hook that takes the activation off the end of the model, if it has one."""
    model = found.path[0]
    last = model.layers[-1]
    while last in found.path:
        last = last.layers[-1]
    if isinstance(last, keras.layers.Softmax | keras.layers.Activation):
        return {last: lambda x, **kwargs: (x, [])}
    if isinstance(last, keras.layers.Dense):
        dense = Logits(last)
        return {last: lambda x, **kwargs: (dense(x), [])}
    return {}
