"""Attention(Q, K, V) = softmax(QKᵀ/√d + bias) V, the paper's Equation 7.

https://arxiv.org/abs/2010.11929, appendix A.

B batch, H heads, N tokens, d key_dim, G groups: windows of an image that each have a
bias of their own (G = 1 in plain attention).
"""

import math

from keras import ops

from keras_vit.layers.fast_paths import attention_road, fused_attention
from keras_vit.layers.precision import at_least_float32
from keras_vit.reshaping import reshape


def scaled_dot_product(query, key, value, bias=None, dropout=None, return_scores=False):
    """Attend, on the fastest road where nobody looks at the scores.

    Args:
        query: `(B, N, H, d)`.
        key: `(B, N, H, d)`.
        value: `(B, N, H, d)`.
        bias: added to the logits: `(B or 1, H or 1, N, N)`, or `(G, H, N, N)` with G
            dividing B, where the example b of the batch gets the bias b modulo G.
        dropout: function that drops scores, or None.
        return_scores: whether the scores are wanted.

    Returns:
        `(B, N, H, d)` and the scores `(B, H, N, N)`, or None in their place.
    """
    _, tokens, heads, key_dim = ops.shape(query)
    is_plain = return_scores or dropout is not None
    road = "plain" if is_plain else attention_road(query)
    groups = 1 if road == "windows" else _groups(bias, query)
    query, key, value = (
        _windows_to_heads(x, groups) for x in (query, key, value)
    )  # (B, N, H, d) -> (B/G, G·H, N, d)
    if groups > 1:
        bias = ops.broadcast_to(bias, (groups, heads, tokens, tokens))
        bias = reshape(bias, (1, groups * heads, tokens, tokens))
    scores = None
    if road == "plain":
        attended, scores = _plain(query, key, value, bias, dropout)
    elif road == "divided last":
        attended = _divided_last(query, key, value, bias)
    else:
        attended = fused_attention(road, query, key, value, bias)
    if groups > 1:  # (B/G, G·H, N, d) -> (B, H, N, d)
        attended = reshape(attended, (-1, heads, tokens, key_dim))
    attended = ops.transpose(attended, (0, 2, 1, 3))  # (B, H, N, d) -> (B, N, H, d)
    if return_scores:
        scores = reshape(scores, (-1, heads, tokens, tokens))
    return attended, scores if return_scores else None


def _plain(query, key, value, bias, dropout=None):
    # Half precision cannot hold a sum of many exponentials: softmax is in float32.
    logits = at_least_float32(_logits(query, key, bias))
    scores = ops.cast(_softmax(logits), value.dtype)
    kept = scores if dropout is None else dropout(scores)
    return ops.matmul(kept, value), scores


def _softmax(logits):
    """Along the last axis; Keras warns where it has but one key, as in a 1 x 1 map."""
    return ops.ones_like(logits) if logits.shape[-1] == 1 else ops.softmax(logits)


def _divided_last(query, key, value, bias):
    """Softmax's division done on N x d outputs instead of N x N scores.

    XLA makes one pass of the maximum and the exponentials, and another of a division:
    without the latter ViT-B/16 took 0.95 of the time, and ViT-S/16's training 0.94.
    """
    logits = at_least_float32(_logits(query, key, bias))
    highest = ops.stop_gradient(ops.max(logits, axis=-1, keepdims=True))
    exponentials = ops.exp(logits - highest)
    attended = ops.matmul(exponentials, at_least_float32(value))
    total = ops.sum(exponentials, axis=-1, keepdims=True)
    return ops.cast(attended * (1 / total), value.dtype)


def _logits(query, key, bias):
    query = query * (1 / math.sqrt(query.shape[-1]))
    logits = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2)))
    return logits if bias is None else logits + ops.cast(bias, logits.dtype)


def _groups(bias, query) -> int:
    if bias is None or bias.shape[0] in (1, None) or bias.shape[0] == query.shape[0]:
        return 1
    return bias.shape[0]


def _windows_to_heads(x, groups: int):
    """(B, N, H, d) -> (B/G, G·H, N, d).

    Windows that each have a bias become heads: a bias per head is what every
    attention kernel takes, and it is broadcast over the batch, never copied.
    """
    x = ops.transpose(x, (0, 2, 1, 3))  # (B, N, H, d) -> (B, H, N, d)
    if groups == 1:
        return x
    _, heads, tokens, key_dim = ops.shape(x)
    return reshape(x, (-1, groups * heads, tokens, key_dim))
