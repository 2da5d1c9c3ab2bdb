"""Elementwise work in one pass over memory, for training steps on TensorFlow.

TensorFlow runs a formula operation by operation: each reads and writes whole tensors,
and most are kept for the gradient. XLA makes one loop of the formula, and one of a
gradient that starts from the arguments again.
"""

import functools

import tensorflow as tf


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
    compiled = tf.function(function, jit_compile=True, autograph=False)

    def call(*arguments):
        return (compiled if _has_xla() else function)(*arguments)

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
