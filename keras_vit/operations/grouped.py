"""Attention in windows by kernels that know of none.

B batch, N tokens, H heads, d key_dim, G windows of an image.
"""

from keras import ops


def windows_as_heads(attend, query, key, value, bias=None):
    """Windows that each have a bias become heads.

    A bias for each head is what every attention kernel takes, and broadcasts over the
    batch without a copy.

    Args:
        attend: function of query, key and value `(B, N, H, d)` and of `bias`,
            `(1 or B, 1 or H, N, N)`, such as `keras.ops.dot_product_attention`.
        query: `(B, N, H, d)`.
        key: `(B, N, H, d)`.
        value: `(B, N, H, d)`.
        bias: `(1 or G or B, 1 or H, N, N)` or None.

    Returns:
        `(B, N, H, d)`.
    """
    if bias is None or bias.shape[0] in (1, None) or bias.shape[0] == query.shape[0]:
        return attend(query, key, value, bias=bias)
    groups = bias.shape[0]
    _, tokens, heads, key_dim = shape = ops.shape(query)

    def joined(x):  # (B, N, H, d) -> (B/G, N, G·H, d)
        x = ops.reshape(x, (-1, groups, tokens, heads, key_dim))
        x = ops.transpose(x, (0, 2, 1, 3, 4))
        return ops.reshape(x, (-1, tokens, groups * heads, key_dim))

    bias = ops.broadcast_to(bias, (groups, heads, tokens, tokens))
    bias = ops.reshape(bias, (1, groups * heads, tokens, tokens))
    attended = attend(joined(query), joined(key), joined(value), bias=bias)
    attended = ops.reshape(attended, (-1, tokens, groups, heads, key_dim))
    return ops.reshape(ops.transpose(attended, (0, 2, 1, 3, 4)), shape)
