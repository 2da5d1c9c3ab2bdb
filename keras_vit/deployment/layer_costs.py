"""What one layer asks of a training step, by its type: one short rule a layer.

For one image on one device. T tokens, D hidden_dim, F mlp_dim, H heads, N tokens that
attend to each other. A product of (m, k) and (k, n) is 2 m k n FLOPs.
"""

import math
from typing import NamedTuple

import keras

from keras_vit.deployment.weight_bytes import (
    bytes_of_a_number,
    layers_of,
    on_a_device,
)
from keras_vit.layers import PatchEmbedding, PatchMerging, SwinBlock
from keras_vit.layers.block import PreNormBlock
from keras_vit.layers.composite import CompositeLayer
from keras_vit.layers.stock import is_recomputed

WIDE = 4  # bytes of what is in float32 whatever the layer computes in


class Tensors(NamedTuple):
    """How many tensors of a kind a block keeps, `wide` ones in float32."""

    whole: int  # of T D, on each device of a model
    whole_wide: int
    split: int  # of T D, shared by heads; with them the hidden layer's T F
    split_wide: int
    scores: int  # of H T N
    scores_wide: int


# Read from XLA's buffers of compiled steps. Input, norm, sum, norm; query, key, value,
# attended; the same before its division; exponentials.
OURS = Tensors(4, 0, 4, 1, 0, 1)
# Each norm's centered and scaled input as well, and softmax's sums and quotients.
PLAIN = Tensors(4, 4, 4, 0, 1, 2)


class Cost(NamedTuple):
    """Of a layer, for one image on one device."""

    products: float = 0  # FLOPs with weights, forward
    pairs: float = 0  # FLOPs of attention's two products, forward
    last: float = 0  # FLOPs of the last product, of which only the result is needed
    entry: float = 0  # bytes of the input
    kept: float = 0  # bytes kept for the gradient, the input among them
    spread: float = 0  # bytes kept all the same where the layer is recomputed
    working: float = 0  # bytes that its backward pass takes besides
    exchanged: float = 0  # bytes of a tensor that devices of a model add up
    recomputed: bool = False  # whether a RematScope recomputes it as a whole
    scope: bool = False  # whether it was made in one
    trained: bool = False
    gradients: float = 0  # bytes, for all images
    spread_gradients: float = 0  # more bytes of these, where copies add them up


def costs(model: keras.Model, plain: bool, shares: int) -> list[Cost]:
    """The layers' costs in the order of a pass forward."""
    return [_cost(layer, plain, shares) for layer in layers_of(model)]


def _cost(layer, plain, shares) -> Cost:
    shape = layer.input.shape[1:] if _has_one_input(layer) else ()
    if None in shape:
        raise ValueError(
            f"'{layer.name}' should get tensors of a known size. Received: "
            f"{(None, *shape)}. Build the model with a full input_shape."
        )
    if isinstance(layer, PreNormBlock):
        cost = _block(layer, shape, plain, shares)
    elif isinstance(layer, PatchEmbedding):
        cost = _patch_embedding(layer, shape)
    elif isinstance(layer, PatchMerging):
        cost = _patch_merging(layer, shape, plain)
    elif isinstance(layer, keras.layers.LayerNormalization):
        entry = _size(layer) * math.prod(shape)
        cost = Cost(entry=entry, kept=entry + 2 * WIDE * math.prod(shape) * plain)
    elif isinstance(layer, keras.layers.Dense):
        rows, (columns, units) = math.prod(shape[:-1]), layer.kernel.shape
        entry = _size(layer) * rows * columns
        cost = Cost(2 * rows * columns * units, entry=entry, kept=entry)
    elif getattr(layer, "kernel", None) is not None:
        raise ValueError(
            "`estimate` knows the layers of keras_vit and Keras's Dense. Received: a "
            f"model with {type(layer).__name__} '{layer.name}'. Give the ViT or Swin "
            "alone."
        )
    else:
        cost = Cost()
    return cost._replace(
        recomputed=isinstance(layer, CompositeLayer),
        scope=is_recomputed(layer),
        trained=bool(layer.trainable_variables),
        gradients=sum(on_a_device(v, layer, shares) for v in layer.trainable_variables),
    )


def _has_one_input(layer) -> bool:
    return isinstance(getattr(layer, "input", None), keras.KerasTensor)


def _block(block, shape, plain, shares) -> Cost:
    *sides, width = shape
    tokens, rows = math.prod(sides), math.prod(sides)
    among = tokens  # that attend to each other
    windows = 1  # that have a bias of their own, for the mask in it
    if isinstance(block, SwinBlock):
        layout = block.attention.layout(*sides)
        rows, among = math.prod(layout.padded), layout.tokens
        windows = 1 if layout.mask is None else layout.windows
    one, wide = _size(block), WIDE
    kept = PLAIN if plain else OURS
    square, hidden = width * width, tokens * block.mlp_dim
    scores = rows * block.num_heads * among
    scaled = 2 * tokens * width * (block.layer_scale_init is not None)
    table = getattr(block.attention, "relative_position_bias_table", None)
    biases = block.num_heads * windows * among**2
    return Cost(
        products=(8 * rows * square + 4 * hidden * width) / shares,
        pairs=4 * rows * among * width / shares,
        last=2 * hidden * width / shares,
        entry=one * tokens * width,
        kept=tokens * width * (one * kept.whole + wide * kept.whole_wide)
        + one * scaled
        + rows * width * (one * kept.split + wide * kept.split_wide) / shares
        + hidden * one / shares
        + scores * (one * kept.scores + wide * kept.scores_wide) / shares,
        spread=0 if table is None or windows > 1 else scores * wide / shares,
        working=one * (hidden / shares + 2 * tokens * width),
        exchanged=one * tokens * width,
        spread_gradients=0
        if table is None
        else wide * (biases - math.prod(table.shape)),
    )


def _patch_embedding(layer, shape) -> Cost:
    columns, units = layer.projection.kernel.shape
    tokens = math.prod(layer.grid_size(*shape[:2]))
    flops = 2 * tokens * columns * units
    kept = _size(layer) * tokens * columns
    return Cost(flops, last=flops, kept=kept)


def _patch_merging(layer, shape, plain) -> Cost:
    """Its input, and of the norm as large an output and what the definition keeps."""
    height, width, channels = shape
    tokens = math.ceil(height / 2) * math.ceil(width / 2)
    flops = 2 * tokens * 4 * channels * 2 * channels
    entry = _size(layer) * math.prod(shape)
    wide = 2 * WIDE * math.prod(shape) * plain
    kept = 2 * entry + wide
    return Cost(flops, last=flops, entry=entry, kept=kept, working=2 * entry)


def _size(layer) -> int:
    return bytes_of_a_number(layer.compute_dtype)
