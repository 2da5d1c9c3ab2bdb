"""What a Swin learned of offsets (https://arxiv.org/abs/2103.14030, Equation 4)."""

import keras
import numpy as np
from keras import ops

from keras_vit.inspection.finding import find


def relative_position_bias(model: keras.Model) -> list[np.ndarray]:
    """The learned bias of each block, by the offset between query and key.

    Args:
        model: a Swin of this package, or a model that holds one.

    Returns:
        For each block float32 `(heads, 2 Mh - 1, 2 Mw - 1)`. The entry at row
        `Mh - 1 + r`, column `Mw - 1 + c` is added to the logits where the query lies r
        rows below and c columns right of the key; the center is a token's own place.

    Raises:
        ValueError: if the model is no Swin of ours, or was built with
            `relative_position_bias=False`.

    Example:

    ```python
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.SwinT(input_shape=(64, 64, 3))
    assert inspection.relative_position_bias(model)[0].shape == (3, 13, 13)
    ```
    """
    found = find(model)
    if found.kind != "swin":
        raise ValueError(
            f"`relative_position_bias` reads a Swin. Received: '{found.name}', a ViT. "
            "For a ViT's positions, see `position_similarity`."
        )
    attentions = [block.attention for block in found.blocks]
    if not all(attention.relative_position_bias for attention in attentions):
        raise ValueError(
            f"The Swin '{found.name}' was built with relative_position_bias=False and "
            "has no biases."
        )
    return [_by_offset(attention) for attention in attentions]


def _by_offset(attention) -> np.ndarray:
    rows, columns = attention.table_window
    table = ops.convert_to_numpy(attention.relative_position_bias_table)
    by_head = table.T.astype("float32")  # (offsets, heads) -> (heads, offsets)
    return by_head.reshape(-1, 2 * rows - 1, 2 * columns - 1)
