"""What is faster on TensorFlow: elementwise work in one pass over memory.

TensorFlow runs a formula operation by operation: each reads and writes whole tensors,
and most are kept for the gradient. In training XLA makes one loop of the formula, and
one of a gradient that starts from the arguments again.
"""

import functools
import math

import tensorflow as tf
from keras import ops

from keras_vit.operations import definitions
from keras_vit.operations.definitions import Constant, has_hooks
from keras_vit.operations.override import Override
from keras_vit.operations.precision import at_least_float32

__all__ = ["FLATTENS", "OVERRIDES", "Constant", "has_hooks", "has_values"]
FLATTENS = True


def has_values(x) -> bool:
    """Whether a tensor's numbers can be looked at, as nothing is being traced."""
    return tf.is_tensor(x) and hasattr(
        x, "numpy"
    )  # symbolic tensors have no such method


def in_one_pass(value, gradient):
    """A function of tensors whose gradient keeps nothing but its arguments.

    Args:
        value: function of tensors that gives one tensor.
        gradient: function of the gradient by that tensor, followed by the arguments of
            `value`; gives the gradients by these arguments.

    Returns:
        `value` with that gradient, both compiled.
    """
    value, gradient = _compiled(value), _compiled(gradient)

    @tf.custom_gradient
    def of_tensors(*arguments):
        return value(*arguments), lambda upstream: gradient(upstream, *arguments)

    def call(*arguments):  # variables are read here, where the gradient finds them
        return of_tensors(*(tf.convert_to_tensor(x) for x in arguments))

    return call


def _compiled(function):
    """Traced once for each number of channels, whatever the number of rows."""

    @functools.cache
    def traced(*signature):
        with tf.init_scope():  # out of the function that is being traced
            compiled = tf.function(
                function, signature, autograph=False, jit_compile=True
            )
            return compiled.get_concrete_function()

    def call(*arguments):
        signature = (
            tf.TensorSpec(
                (None, *x.shape[1:]) if x.shape.rank > 1 else x.shape, x.dtype
            )
            for x in arguments
        )
        return (traced(*signature) if _has_xla() else function)(*arguments)

    return call


@functools.cache
def _has_xla() -> bool:
    """Whether this TensorFlow can compile for the device that it runs on."""
    try:
        with tf.init_scope():  # out of the function that is being traced
            tf.function(tf.exp, jit_compile=True, autograph=False)(tf.zeros(3))
    except (tf.errors.OpError, ValueError):
        return False
    return True


def _gelu_gradient(upstream, x):
    """Upstream times Φ(x) + x φ(x), with φ the density."""
    wide = at_least_float32(x)
    density = ops.exp(-0.5 * ops.square(wide)) * (1 / math.sqrt(2 * math.pi))
    derivative = 0.5 * (1 + ops.erf(wide * math.sqrt(0.5))) + wide * density
    return ops.cast(at_least_float32(upstream) * derivative, x.dtype)


@functools.cache
def _normalization(epsilon):
    """One function for all layers, so that TensorFlow compiles it once a shape."""
    return in_one_pass(
        functools.partial(definitions.layer_normalization, epsilon=epsilon),
        functools.partial(_normalization_gradient, epsilon=epsilon),
    )


def layer_normalization(rows, gamma, beta, epsilon):
    """The definition, in one pass."""
    return _normalization(epsilon)(rows, gamma, beta)


def _normalization_gradient(upstream, rows, gamma, beta, epsilon):
    normalized, scale = definitions.normalized_and_scale(rows, epsilon)
    upstream = at_least_float32(upstream)
    by_normalized = upstream * ops.cast(gamma, upstream.dtype)
    mean = ops.mean(by_normalized, axis=-1, keepdims=True)
    along = ops.mean(by_normalized * normalized, axis=-1, keepdims=True)
    by_rows = scale * (by_normalized - mean - normalized * along)
    others = tuple(range(len(rows.shape) - 1))  # several where nothing is flattened
    by_gamma = ops.sum(upstream * normalized, axis=others)
    by_beta = ops.sum(upstream, axis=others)
    return (
        ops.cast(by_rows, rows.dtype),
        ops.cast(by_gamma, gamma.dtype),
        ops.cast(by_beta, beta.dtype),
    )


def _training(x, training) -> bool:
    return bool(training)


XEONS = "training of ViT-S/16 and Swin-T, two Xeon cores"
OVERRIDES = (
    Override(
        "gelu",
        in_one_pass(definitions.gelu, _gelu_gradient),
        _training,
        f"time 1.07, 1.04: {XEONS}",
    ),
    Override(
        "layer_normalization",
        layer_normalization,
        _training,
        f"time 1.06, 1.11: {XEONS}",
    ),
)
