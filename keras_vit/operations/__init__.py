"""What layers compute, as functions of tensors: what the papers write as formulas.

Each has one definition in `definitions.py`; `overrides.py` takes a faster way where a
backend has one. C channels, U units; B batch, N tokens, H heads, d key_dim.
"""

from keras_vit.operations import definitions
from keras_vit.operations.definitions import attention_and_scores
from keras_vit.operations.overrides import (
    Constant,
    chosen,
    has_hooks,
    has_values,
    on_rows,
    plain,
)

__all__ = [
    "Constant",
    "attention",
    "attention_and_scores",
    "dense",
    "gelu",
    "has_hooks",
    "has_values",
    "layer_normalization",
    "mlp",
    "plain",
    "recomputed",
    "roll",
]


def dense(x, kernel, bias=None, *, training=None):
    """The product x W + b: (..., C) x (C, U) + (U,) -> (..., U)."""
    return on_rows(chosen("dense", x, training), x, kernel, bias)


def gelu(x, *, training=None):
    """The exact GELU, x Φ(x)."""
    return on_rows(chosen("gelu", x, training), x)


def layer_normalization(x, gamma, beta, epsilon, *, training=None):
    """Mean 0 and variance 1 along C, then γ and β."""
    return on_rows(chosen("layer_normalization", x, training), x, gamma, beta, epsilon)


def mlp(x, hidden_kernel, hidden_bias, output_kernel, output_bias, *, training=None):
    """GELU(x W₁ + b₁) W₂ + b₂, (..., C) -> (..., C)."""
    weights = hidden_kernel, hidden_bias, output_kernel, output_bias
    function = chosen("mlp", x, training)
    if function is not definitions.mlp:
        return on_rows(function, x, *weights)
    hidden = dense(x, hidden_kernel, hidden_bias, training=training)
    hidden = gelu(hidden, training=training)
    return dense(hidden, output_kernel, output_bias, training=training)


def attention(query, key, value, bias=None, *, training=None):
    """softmax(Q Kᵀ / √d + bias) V of (B, N, H, d); see `definitions.attention`."""
    return chosen("attention", query, training)(query, key, value, bias)


def roll(x, shift, *, training=None):
    """(B, H, W, C) rolled by (rows, columns)."""
    return chosen("roll", x, training)(x, shift)


def recomputed(function, training=None):
    """The same function of tensors, which keeps its arguments alone for its gradient.

    [Training Deep Nets with Sublinear Memory Cost](https://arxiv.org/abs/1604.06174).
    """
    return chosen("recomputed", function, training)(function)
