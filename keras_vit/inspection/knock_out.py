"""A model without some of its heads (https://arxiv.org/abs/1905.10650)."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_vit.arguments import is_integer
from keras_vit.inspection.finding import find
from keras_vit.inspection.found import Found


def knock_out(model: keras.Model, heads: Sequence[tuple[Any, int]]) -> keras.Model:
    """The same model without some attention heads, to see what they are good for.

    As in [Are Sixteen Heads Really Better than One?](
    https://arxiv.org/abs/1905.10650), a head that is gone adds nothing to the tokens:
    the rows of the output projection that belong to it are zero. Its bias, which
    belongs to no head, stays.

    Args:
        model: a ViT or Swin of this package, or a model that holds one. It stays as it
            is.
        heads: pairs of a block (its name or number, -1 is the last) and a head's number
            in it.

    Returns:
        A model that is not compiled. Blocks that lost a head are copies; all other
        layers are those of `model`, and train with it.

    Raises:
        ValueError: if the model is none of ours, there is no such block or head, or a
            block cannot be copied.

    Example:

    ```python
    import numpy as np
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.ViTTi16(input_shape=(32, 48, 3), include_top=False)
    without = inspection.knock_out(model, heads=[(0, 2), ("encoder_block_5", 1)])
    images = np.random.default_rng(0).random((1, 32, 48, 3), dtype="float32")
    assert np.abs(without.predict(images) - model.predict(images)).max() > 0
    ```
    """
    found = find(model)
    replaced: dict[Any, Any] = {}
    for number, gone in _by_block(found, heads).items():
        block = found.blocks[number]
        replaced[block] = _copy(block)
        _silence(replaced[block], gone)
    for outer in reversed(found.path):
        # Not the model itself: its clone would be compiled, with an optimizer's memory.
        outputs = outer.outputs[0] if len(outer.outputs) == 1 else outer.outputs
        graph = keras.Model(outer.inputs[0], outputs, name=outer.name)
        replaced[outer] = keras.models.clone_model(
            graph, clone_function=lambda layer: replaced.get(layer, layer)
        )
    return replaced[model]


def _by_block(found: Found, heads) -> dict[int, list[int]]:
    """The heads that go, by the number of the block."""
    pairs: list = [*heads]
    if not pairs or not all(isinstance(p, list | tuple) and len(p) == 2 for p in pairs):
        raise ValueError(
            "`heads` should be pairs of a block and a head, as in [(0, 2), "
            f"('encoder_block_5', 1)]. Received: {heads!r}"
        )
    gone: dict[int, list[int]] = {}
    for layer, head in pairs:
        (number,) = found.chosen([layer])
        block = found.blocks[number]
        if not is_integer(head) or not 0 <= head < block.num_heads:
            raise ValueError(
                f"'{block.name}' has heads 0 to {block.num_heads - 1}. Received: "
                f"head {head!r}"
            )
        gone.setdefault(number, []).append(int(head))
    return gone


def _copy(block):
    """A block of the same configuration and weights."""
    copy = type(block).from_config(block.get_config())
    copy.build(block.input.shape)
    shapes = [
        [tuple(weight.shape) for weight in layer.weights] for layer in (copy, block)
    ]
    if shapes[0] != shapes[1]:
        raise ValueError(
            f"'{block.name}' has weights that its configuration does not tell of, such "
            "as those of LoRA, and cannot be copied. Merge or save them first."
        )
    for new, old in zip(copy.weights, block.weights, strict=True):
        new.assign(ops.copy(old))  # JAX would hand both the same memory, and free it
    copy.trainable = block.trainable
    return copy


def _silence(block, heads: list[int]) -> None:
    """Zero the rows of the output projection that belong to the heads."""
    attention = getattr(block.attention, "attention", block.attention)
    kernel = attention.output_dense.kernel
    rows = ops.arange(kernel.shape[0]) // (kernel.shape[0] // attention.num_heads)
    kept = [float(head not in heads) for head in range(attention.num_heads)]
    kept = ops.take(ops.convert_to_tensor(kept, kernel.dtype), rows)
    kernel.assign(kernel.value * ops.expand_dims(kept, -1))
