"""Fused attention by PyTorch, with tokens where they lie.

B batch, H heads, N tokens, d key_dim.
"""

import torch  # noqa: TID253 - nothing imports this file on another backend


def attention(query, key, value, bias):
    """softmax(query keyᵀ/√d + bias) value, all (B, H, N, d) in any order in memory.

    Keras copies query, key and value into that order first. The kernel then gives its
    result in it as well, which takes another copy, and keeps all for the gradient.
    """
    if bias is not None:
        bias = bias.to(query.dtype).contiguous()
    return torch.nn.functional.scaled_dot_product_attention(
        query, key, value, attn_mask=bias
    )
