"""What is added to the attention logits: masks, biases, relative positions.

B batch (all leading axes), N tokens, H heads, d key_dim, G groups of examples that
share a bias (the windows of an image).
"""

import math

from keras import ops

from keras_vit.windows import are_known


def additive_bias(bias, mask, batch: list, dtype):
    """Bring a bias and a boolean mask into one tensor `(B, G or 1, H or 1, N, N)`.

    Args:
        bias: float `(..., H, N, N)` or None; leading axes broadcast from the right
            against the batch axes.
        mask: boolean, `(N, N)`, `(..., N, N)` with all batch axes, or with heads too.
        batch: the batch axes of the tokens.
        dtype: of the logits. A mask never makes them wider.

    Returns:
        None, or a float tensor of rank 4 whose first axis is 1, B, or a G that
        divides B.
    """
    if mask is not None:
        mask = ops.convert_to_tensor(mask, dtype="bool")
        if len(mask.shape) in (2, len(batch) + 2):
            mask = ops.expand_dims(mask, axis=-3)  # the same for all heads
        # float16 ends at 65504; elsewhere -1e9 survives any logit.
        lowest = -3e4 if dtype == "float16" else -1e9
        closed = ops.where(mask, ops.cast(0.0, dtype), ops.cast(lowest, dtype))
        bias = closed if bias is None else ops.cast(bias, dtype) + closed
    if bias is None:
        return None
    bias = ops.cast(ops.convert_to_tensor(bias), dtype)
    return _merge_batch(bias, batch)


def _merge_batch(bias, batch: list):
    """(..., H, N, N) -> (1 or G or B, H, N, N)."""
    *lead, heads, queries, keys = ops.shape(bias)
    while lead and are_known(lead[0]) and lead[0] == 1:
        lead = lead[1:]
    if len(lead) > 1 or (lead and len(lead) < len(batch)):
        shape = (*lead, heads, queries, keys)
        lead = batch[len(batch) - len(lead) :]
        if not are_known(*lead):  # a number of groups that cannot be told from a batch
            shape, lead = (*[1] * (len(batch) - len(lead)), *shape), batch
        bias = ops.broadcast_to(ops.reshape(bias, shape), (*lead, heads, queries, keys))
    return ops.reshape(bias, (-1, heads, queries, keys))


def relative_bias(query, table, bias=None):
    """The 1-D relative attention of the ViT paper, appendix D.4.

    "We simply run extra attention, where we use the original query, but use relative
    positional embeddings as keys", and its logits are added as a bias.

    Args:
        query: `(B, N, H, d)`.
        table: `(2N - 1, d)`: row `N - 1 + k - q` is the key at position k as the query
            at position q sees it. All heads share it.
        bias: what `additive_bias` gave; it is added.

    Returns:
        `(B, H, N, N)`.
    """
    tokens, heads, key_dim = query.shape[1:]
    query = ops.transpose(query, (0, 2, 1, 3)) / math.sqrt(key_dim)
    by_offset = ops.matmul(query, ops.transpose(ops.cast(table, query.dtype)))
    # (B, H, N, 2N-1) by offset -> (B, H, N, N) by key: row q starts N - 1 - q further
    # left. Written as one row of numbers with one zero after each query, the diagonal
    # is a reshape.
    padded = ops.pad(by_offset, ((0, 0), (0, 0), (0, 0), (0, 1)))
    flat = ops.reshape(padded, (-1, heads, tokens * 2 * tokens))
    flat = flat[..., : tokens * (2 * tokens - 1)]
    skewed = ops.reshape(flat, (-1, heads, tokens, 2 * tokens - 1))
    relative = skewed[..., tokens - 1 :]
    if bias is None:
        return relative
    if bias.shape[0] in (1, None):
        return relative + bias
    grouped = ops.reshape(relative, (-1, bias.shape[0], heads, tokens, tokens))
    return ops.reshape(grouped + bias, (-1, heads, tokens, tokens))


def table_among(tokens, table):
    """The rows of a table of 1-D distances that lie between so many tokens.

    Args:
        tokens: N, how many there are.
        table: `(2M - 1, d)`, of a layer that was built for M tokens.

    Returns:
        `(2N - 1, d)`, the table's center.

    Raises:
        ValueError: if there are more tokens than the table has distances for.
    """
    most = (table.shape[0] + 1) // 2
    if not are_known(tokens) or tokens > most:
        received = tokens if are_known(tokens) else "an unknown number of"
        raise ValueError(
            f"`relative_position=True` was built for {most} tokens, and its table has "
            f"no distances between more. Received: {received} tokens. Build the layer "
            "for the longest sequence."
        )
    return table[most - tokens : most + tokens - 1]


def bias_by_offset(table, index):
    """Swin's relative position bias (https://arxiv.org/abs/2103.14030, Equation 4).

    Args:
        table: `(offsets, H)`, one learned number an offset and head.
        index: `(N, N)`, the offset between a query and a key, or None.

    Returns:
        `(H, N, N)`, or None where there is no index.
    """
    if index is None:
        return None
    bias = ops.take(table, ops.reshape(index, (-1,)), axis=0)
    bias = ops.reshape(bias, (*ops.shape(index), table.shape[-1]))
    return ops.transpose(bias, (2, 0, 1))  # (N, N, H) -> (H, N, N)
