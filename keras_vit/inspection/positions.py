"""How alike positions are to a model (https://arxiv.org/abs/2010.11929, Figure 7).

T tokens, D hidden_dim; rows, columns of the grid of patches.
"""

import keras
import numpy as np
from keras import ops

from keras_vit.inspection.finding import find


def position_similarity(model: keras.Model) -> np.ndarray:
    """Cosine between the positions of each two patches, for every kind of position.

    Figure 7 (center) of [An Image is Worth 16x16 Words](
    https://arxiv.org/abs/2010.11929). Positions that a model adds to its tokens
    (`"learned"`, `"learned_2d"`, `"sincos_2d"`, and Swin's absolute ones) are compared
    as they are. With `"relative"` positions a patch has none of its own: the cosine is
    that between the embedding of the offset from patch to patch and the embedding of
    no offset, averaged over the blocks.

    Args:
        model: a ViT or Swin of this package, or a model that holds one.

    Returns:
        float32 `(rows, columns, rows, columns)`.

    Raises:
        ValueError: if the model is none of ours, or has no positions.

    Example:

    ```python
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.ViTTi16(input_shape=(32, 48, 3))
    similarity = inspection.position_similarity(model)
    assert similarity.shape == (2, 3, 2, 3)
    ```
    """
    found = find(model)
    rows, columns = found.grid_size
    layer = found.position_embedding
    if layer is not None and layer.kind != "none":
        similarity = _cosines(added_positions(layer)[layer.num_prefix_tokens :])
    else:
        similarity = _relative(found)
    return similarity.reshape(rows, columns, rows, columns).astype("float32")


def added_positions(layer) -> np.ndarray:
    """The (T, D) that a `PositionEmbedding` adds: what it makes of zeros."""
    zeros = ops.zeros((1, *layer.input.shape[1:]))
    return ops.convert_to_numpy(ops.cast(layer(zeros), "float32"))[0]


def _cosines(vectors: np.ndarray) -> np.ndarray:
    """(N, D) -> (N, N). A vector of zeros is like none, itself included."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.maximum(length, 1e-12)
    return unit @ unit.T


def _relative(found) -> np.ndarray:
    """(N, N): row q, column k has the cosine of offset k - q with offset 0."""
    tables = [
        ops.convert_to_numpy(block.attention.relative_position_table)
        for block in found.blocks
        if getattr(block, "relative_position", False)
    ]
    if not tables:
        raise ValueError(
            f"The model '{found.name}' has no position embedding to compare"
            + (
                ": a Swin has them with absolute_position_embedding=True; see "
                "`relative_position_bias` for its biases."
                if found.kind == "swin"
                else ". Received: a ViT with position_embedding='none'."
            )
        )
    patches = np.arange(found.grid_size[0] * found.grid_size[1])
    offsets = patches[None, :] - patches[:, None]
    middle = len(tables[0]) // 2  # of 2T - 1 rows: the offset 0
    by_offset = np.mean([_cosines(table)[middle] for table in tables], axis=0)
    return by_offset[middle + offsets]
