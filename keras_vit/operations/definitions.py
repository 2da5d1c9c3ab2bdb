"""What the layers compute: the one definition of each operation, in `keras.ops`.

C channels, U units; B batch, N tokens, H heads, d key_dim; G groups of examples that
share a bias, such as the windows of an image. Any axes may stand before C and U.
"""

import math

import keras
from keras import ops

from keras_vit.operations.precision import at_least_float32


def dense(x, kernel, bias=None):
    """The product x W + b: (..., C) x (C, U) + (U,) -> (..., U)."""
    product = ops.matmul(x, kernel)
    return product if bias is None else ops.add(product, bias)


def gelu(x):
    """The exact GELU, x Φ(x) (https://arxiv.org/abs/1606.08415); Φ by erf.

    Keras writes Φ with erfc, at two to four times the time on a CPU, and rounds half
    precision after each operation. The order is the one that LiteRT's converter knows.
    """
    wide = at_least_float32(x)
    return ops.cast((0.5 * wide) * (1 + ops.erf(wide * math.sqrt(0.5))), x.dtype)


def layer_normalization(x, gamma, beta, epsilon):
    """(x - mean) / √(variance + ε) γ + β along C (https://arxiv.org/abs/1607.06450)."""
    normalized, _ = normalized_and_scale(x, epsilon)
    gamma, beta = (ops.cast(w, normalized.dtype) for w in (gamma, beta))
    return ops.cast(normalized * gamma + beta, x.dtype)


def normalized_and_scale(x, epsilon):
    """The input with mean 0 and variance 1 along C, and the factor that made it so."""
    wide = at_least_float32(x)
    centered = wide - ops.mean(wide, axis=-1, keepdims=True)
    variance = ops.mean(ops.square(centered), axis=-1, keepdims=True)
    scale = ops.rsqrt(variance + epsilon)
    return centered * scale, scale


def mlp(x, hidden_kernel, hidden_bias, output_kernel, output_bias):
    """GELU(x W₁ + b₁) W₂ + b₂, (..., C) -> (..., C): the MLP of Equation 3.

    https://arxiv.org/abs/2010.11929
    """
    hidden = gelu(dense(x, hidden_kernel, hidden_bias))
    return dense(hidden, output_kernel, output_bias)


def attention(query, key, value, bias=None):
    """softmax(Q Kᵀ / √d + bias) V, Equations 6 and 7 of the ViT paper.

    Args:
        query: `(B, N, H, d)`.
        key: `(B, N, H, d)`.
        value: `(B, N, H, d)`.
        bias: `(1 or G or B, 1 or H, N, N)` or None. Example b gets the bias b modulo G.

    Returns:
        `(B, N, H, d)`.
    """
    return attention_and_scores(query, key, value, bias)[0]


def attention_and_scores(query, key, value, bias=None, alter=None):
    """`attention` together with the softmax's scores (B, H, N, N).

    `alter` is a function of the scores that gives what the values are weighted by, such
    as dropout.
    """
    # Half precision cannot hold a sum of many exponentials: softmax is in float32.
    logits = at_least_float32(attention_logits(query, key, bias))
    # Keras warns of a softmax over one key, as there is in a 1 x 1 map.
    is_alone = logits.shape[-1] == 1
    scores = ops.ones_like(logits) if is_alone else ops.softmax(logits)
    scores = ops.cast(scores, value.dtype)
    weights = scores if alter is None else alter(scores)
    attended = ops.matmul(weights, heads_first(value))
    return heads_first(attended), scores  # (B, H, N, d) -> (B, N, H, d)


def attention_logits(query, key, bias):
    """Q Kᵀ / √d + bias, (B, H, N, N)."""
    query = heads_first(query * (1 / math.sqrt(query.shape[-1])))
    logits = ops.matmul(query, ops.transpose(key, (0, 2, 3, 1)))
    if bias is None:
        return logits
    bias = ops.cast(bias, logits.dtype)
    groups = bias.shape[0]
    if groups == 1 or not isinstance(groups, int):
        return logits + bias
    shape = ops.shape(logits)  # (B, H, N, N) -> (B/G, G, H, N, N)
    grouped = ops.reshape(logits, (-1, groups, *shape[1:])) + bias
    return ops.reshape(grouped, shape)


def heads_first(x):
    """(B, N, H, d) -> (B, H, N, d), and back."""
    return ops.transpose(x, (0, 2, 1, 3))


def roll(x, shift):
    """(B, H, W, C) rolled by (rows, columns), as Swin's Figure 4 shifts its windows.

    https://arxiv.org/abs/2103.14030. In two slices joined, as LiteRT knows no other.
    """
    for axis, by in zip((1, 2), shift, strict=True):
        if isinstance(by, int) and isinstance(x.shape[axis], int):
            before = (slice(None),) * axis
            start = -by % x.shape[axis]
            parts = x[(*before, slice(start, None))], x[(*before, slice(start))]
            x = ops.concatenate(parts, axis=axis)
        else:  # sizes that TensorFlow does not know when it traces
            x = ops.roll(x, by, axis=axis)
    return x


def recomputed(function):
    """A function of tensors that keeps its arguments alone for its gradient."""
    return keras.remat(function)


class Constant:
    """An array of NumPy, which TensorFlow and JAX convert when they trace a function.

    Args:
        array: NumPy's, or None. What is a tensor already stays one.
    """

    def __init__(self, array):
        self._array = array

    def beside(self, x):
        """The constant for a function that also takes the tensor x."""
        return self._array


def has_values(x) -> bool:
    """Whether a tensor's numbers can be looked at, as nothing is being traced."""
    return ops.is_tensor(x)


def has_hooks(layer) -> bool:
    """Whether a call of the layer runs functions that a user hung on it."""
    return False


OVERRIDES = ()
FLATTENS = False  # whether functions of channels get matrices
