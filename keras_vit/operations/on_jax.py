"""What is faster on JAX, most of it where XLA compiles for a CPU.

There XLA drops `jax.lax.optimization_barrier` before it merges and orders operations.
What it cannot see through is a branch on a value: `after` is made of one.
"""

import functools

import jax
import jax.numpy as jnp
from keras import ops

from keras_vit.operations import definitions, gelu_on_jax
from keras_vit.operations.definitions import Constant, has_hooks, heads_first
from keras_vit.operations.grouped import windows_as_heads
from keras_vit.operations.override import Override
from keras_vit.operations.precision import at_least_float32

__all__ = ["FLATTENS", "OVERRIDES", "Constant", "has_hooks", "has_values"]
FLATTENS = True


def has_values(x) -> bool:
    """Whether a tensor's numbers can be looked at, as nothing is being traced."""
    return isinstance(x, jax.Array) and not isinstance(x, jax.core.Tracer)


@functools.cache
def _is_a_cpu() -> bool:
    """Whether whole steps are compiled for one CPU.

    With several devices `after` would read a number of a tensor that they share.
    """
    return jax.default_backend() == "cpu" and jax.device_count() == 1


def recomputed(function):
    """`jax.checkpoint` that XLA does not undo.

    What is computed again must not be computed before the gradient of its result is
    there: XLA would do so at the outset, where it has the values anyway, and keep all.
    The same goes for biases, which XLA else spreads over the rows of large tensors.

    JAX differentiates such a function backwards, also of a gradient (`jax.hessian`),
    but not forwards (`jax.jvp`).
    """

    @jax.custom_vjp
    def call(*arguments):
        return function(*arguments)

    def forward(*arguments):
        return function(*arguments), arguments

    def backward(arguments, gradient):
        x, *weights = arguments
        first = jax.tree.leaves(gradient)[0]
        weights = [after(first, w) if w.ndim == 1 else w for w in weights]
        return jax.vjp(function, after(first, x), *weights)[1](gradient)

    call.defvjp(forward, backward)
    return call


def after(value, x):
    """Give x as it is, but not before the value is there."""
    if x.size == 0 or not jnp.issubdtype(x.dtype, jnp.floating):
        return x
    first = jnp.sum(jnp.ravel(value)[:1])  # there may be none
    is_true = first * 0 != 1  # of every number, but XLA does not calculate so
    zero, one = jnp.zeros((), x.dtype), jnp.ones((), x.dtype)
    return x + jax.lax.cond(is_true, lambda: zero, lambda: one)


def gelu(x):
    """By the polynomial of `gelu_on_jax.py`."""
    if x.dtype == jnp.float64:
        return definitions.gelu(x)
    return gelu_on_jax.gelu(at_least_float32(x)).astype(x.dtype)


@functools.cache
def _normalization(epsilon):
    def normalize(rows, gamma, beta):
        return definitions.layer_normalization(rows, gamma, beta, epsilon)

    return recomputed(normalize)


def layer_normalization(rows, gamma, beta, epsilon):
    """The definition, which keeps four tensors as large as its input for the gradient.

    Here it keeps the input.
    """
    return _normalization(epsilon)(rows, gamma, beta)


def mlp(rows, hidden_kernel, hidden_bias, output_kernel, output_bias):
    """The definition, which keeps the hidden layer once for its gradient.

    XLA keeps it for GELU's gradient, and GELU's result for the kernel's.
    """
    hidden = definitions.dense(rows, hidden_kernel, hidden_bias)
    return _gelu_and_product(hidden, output_kernel) + output_bias


_gelu_and_product = recomputed(lambda hidden, kernel: gelu(hidden) @ kernel)


def divided_last(query, key, value, bias=None):
    """Softmax's division done on N x d outputs instead of N x N scores.

    XLA makes one pass of the maximum and the exponentials, and another of a division.
    """
    logits = at_least_float32(definitions.attention_logits(query, key, bias))
    highest = jax.lax.stop_gradient(jnp.max(logits, axis=-1, keepdims=True))
    exponentials = jnp.exp(logits - highest)
    attended = exponentials @ heads_first(at_least_float32(value))
    total = jnp.sum(exponentials, axis=-1, keepdims=True)
    return heads_first(attended * (1 / total)).astype(value.dtype)


def fused(query, key, value, bias=None):
    """`keras.ops.dot_product_attention`: cuDNN's kernel, which writes no scores."""
    return windows_as_heads(ops.dot_product_attention, query, key, value, bias)


def _has_cudnn(query, training) -> bool:
    """CuDNN has no gradient for an odd number of tokens, which a class token makes.

    On a TPU Keras 3.15 calls a kernel, Splash, that is causal and gets neither the bias
    nor the scale.
    """
    tokens = query.shape[1]
    return jax.default_backend() == "gpu" and bool(tokens) and tokens % 2 == 0


def _always(x, training) -> bool:
    return True


def _on_a_cpu(x, training) -> bool:
    return _is_a_cpu()


def _training_on_a_cpu(x, training) -> bool:
    return bool(training) and _is_a_cpu()


XEONS = "training of ViT-S/16 and Swin-T, two Xeon cores"
OVERRIDES = (
    # Everywhere: TensorFlow 2.21 cannot read what JAX exports with its own erf.
    Override("gelu", gelu, _always, f"time 1.06, 1.06: {XEONS}"),
    Override(
        "layer_normalization",
        layer_normalization,
        _training_on_a_cpu,
        f"memory 1.24, 1.45, time 0.99, 1.05: {XEONS}",
    ),
    Override(
        "mlp",
        mlp,
        _training_on_a_cpu,
        f"memory 1.23, 1.25, time 0.99, 1.03: {XEONS}",
    ),
    Override("attention", divided_last, _on_a_cpu, f"time 1.07, 1.02: {XEONS}"),
    Override("attention", fused, _has_cudnn, "writes no N x N scores; not measured"),
    Override(
        "recomputed",
        recomputed,
        _on_a_cpu,
        "memory 2.2: ViT-B/16 with 32 images in a RematScope, two Xeon cores",
    ),
)
