"""The layers of a ViT or Swin, to be called one after the other with masks between.

A model of this package is a chain: each layer takes what the one before it gave.
"""

from typing import Any, NamedTuple

import keras

from keras_vit.layers import (
    EncoderBlock,
    PatchEmbedding,
    PatchMerging,
    RegisterTokens,
    SwinBlock,
)

BLOCKS = (EncoderBlock, SwinBlock)


class EncoderParts(NamedTuple):
    """The layers of an encoder in the order in which they are called.

    Attributes:
        front: what images go through before they are cut into patches.
        embedding: the `PatchEmbedding`, and Swin's normalization after it.
        positions: tokens beside the patches, positions, dropout.
        blocks: the blocks, and Swin's mergings between them.
        norm: the normalization after the last block, in a tuple.
        image_shape: (H, W, C) of the images that are cut into patches.
    """

    front: tuple[Any, ...]
    embedding: tuple[Any, ...]
    positions: tuple[Any, ...]
    blocks: tuple[Any, ...]
    norm: tuple[Any, ...]
    image_shape: tuple[int, int, int]

    @property
    def kind(self) -> str:
        """`"vit"` or `"swin"`."""
        return "swin" if isinstance(self.blocks[0], SwinBlock) else "vit"

    @property
    def patch_size(self) -> tuple[int, int]:
        """(rows, columns) of a patch, in pixels."""
        return self.embedding[0].patch_size

    @property
    def grid_size(self) -> tuple[int, int]:
        """(rows, columns) of patches."""
        return self.embedding[0].grid_size(*self.image_shape[:2])

    @property
    def num_patches(self) -> int:
        """Patches of an image."""
        rows, columns = self.grid_size
        return rows * columns

    @property
    def hidden_dim(self) -> int:
        """Channels of an embedded patch."""
        return self.embedding[0].hidden_dim

    @property
    def num_prefix_tokens(self) -> int:
        """Class and register tokens, which stand before the patches."""
        prefix = [x for x in self.positions if isinstance(x, RegisterTokens)]
        return sum(layer.num_tokens for layer in prefix)

    @property
    def stride(self) -> tuple[int, int]:
        """(rows, columns) of pixels for each place of the last map."""
        times = 2 ** sum(isinstance(layer, PatchMerging) for layer in self.blocks)
        rows, columns = self.patch_size
        return rows * times, columns * times

    @property
    def used(self) -> tuple[Any, ...]:
        """All layers that are called; pooling and head are not."""
        return (
            *self.front,
            *self.embedding,
            *self.positions,
            *self.blocks,
            *self.norm,
        )


def encoder_parts(encoder, kinds=("vit", "swin"), needed_by="") -> EncoderParts:
    """Read the layers of a ViT or Swin.

    Args:
        encoder: a model of this package, with or without pooling and head.
        kinds: which of `"vit"` and `"swin"` it may be.
        needed_by: who asks, for messages.

    Raises:
        ValueError: if it is no such model.
    """
    layers = _chain(encoder)
    places = [n for n, x in enumerate(layers) if isinstance(x, PatchEmbedding)]
    blocks = [n for n, x in enumerate(layers) if isinstance(x, BLOCKS)]
    if len(places) != 1 or not blocks:
        raise ValueError(_expected(kinds, needed_by, encoder))
    start, first, last = places[0], blocks[0], blocks[-1]
    norms = [n for n, x in enumerate(layers) if _is_norm(x)]
    after = start + 1 + (start + 1 in norms)
    parts = EncoderParts(
        front=layers[:start],
        embedding=layers[start:after],
        positions=layers[after:first],
        blocks=layers[first : last + 1],
        norm=tuple(layers[n] for n in norms if n > last),
        image_shape=tuple(layers[start].input.shape[1:]),
    )
    if parts.kind not in kinds:
        raise ValueError(_expected(kinds, needed_by, encoder))
    return parts


def run(layers, x, training):
    """Call layers one after the other."""
    for layer in layers:
        x = layer(x, training=training)
    return x


def _chain(model) -> tuple[Any, ...]:
    """The layers of a functional model, if each feeds the next; else nothing."""
    if not isinstance(model, keras.Model) or not getattr(model, "inputs", None):
        return ()
    layers = [x for x in model.layers if not isinstance(x, keras.layers.InputLayer)]
    flowing = model.inputs[0]
    for layer in layers:
        if layer.input is not flowing:
            return ()
        flowing = layer.output
    return tuple(layers)


def _is_norm(layer) -> bool:
    return isinstance(layer, keras.layers.LayerNormalization)


def _expected(kinds, needed_by, encoder) -> str:
    names = " or ".join({"vit": "ViT", "swin": "Swin"}[kind] for kind in kinds)
    return (
        f"`encoder` should be a {names} of this package by itself, as "
        f"keras_vit.VisionTransformer gives it{needed_by}. Received: {encoder!r}"
    )
