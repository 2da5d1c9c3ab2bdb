"""Fused attention by PyTorch, with tokens where they lie.

B batch, H heads, N tokens, d key_dim.
"""

import torch  # noqa: TID253 - nothing imports this file on another backend

from keras_vit.layers.pytorch.products import is_mapped


def attention(query, key, value, bias):
    """softmax(query keyᵀ/√d + bias) value, all (B, H, N, d) in any order in memory.

    Keras copies query, key and value into that order first. The kernel then gives its
    result in it as well, which takes another copy, and keeps all for the gradient.

    The bias is (B or 1, H or 1, N, N), or (G, H or 1, N, N) with G dividing B: then the
    windows of an image each have one. Repeated for every image it is half of what
    query, key and value are in Swin-T, so that is what is copied.
    """
    if bias is not None:
        bias = bias.to(query.dtype).contiguous()
        if bias.shape[0] not in (1, query.shape[0]):
            bias = bias.repeat(query.shape[0] // bias.shape[0], 1, 1, 1)
        learns = torch.is_grad_enabled() and bias.requires_grad
        # The kernel cannot learn a bias, nor see within `torch.func` that one is to.
        if (learns and query.dtype == torch.float32) or is_mapped():
            return _written_out(query, key, value, bias)
    return torch.nn.functional.scaled_dot_product_attention(
        query, key, value, attn_mask=bias
    )


def _written_out(query, key, value, bias):
    """What PyTorch computes itself where a bias learns: the kernel cannot learn one.

    PyTorch also looks for queries that may attend to nothing, which a model of this
    package does not have: that took 0.02 to 0.04 of a training step of Swin-T.
    """
    logits = (query * query.shape[-1] ** -0.5) @ key.mT
    # A sum in place has no room for a bias that is mapped where the logits are not.
    logits = logits + bias if is_mapped() else logits.add_(bias)
    is_half = logits.dtype in (torch.float16, torch.bfloat16)
    scores = torch.softmax(logits, dim=-1, dtype=torch.float32 if is_half else None)
    return scores.to(value.dtype) @ value
