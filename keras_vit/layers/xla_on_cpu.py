"""What XLA does badly when it compiles whole training steps for a CPU, and remedies.

It drops `jax.lax.optimization_barrier` before it merges and orders operations. What it
cannot see through is a branch on a value, and the remedies are made of branches that
are always taken.
"""

import functools

import keras
from keras import ops

if keras.backend.backend() == "jax":
    import jax


@functools.cache
def jax_platform() -> str | None:
    """What XLA compiles whole training steps for, such as "cpu", or None."""
    if keras.backend.backend() != "jax":
        return None
    return keras.distribution.list_devices()[0].partition(":")[0]


def is_jax_on_cpu() -> bool:
    """Whether XLA compiles whole training steps for a CPU."""
    return jax_platform() == "cpu"


def written_out(x, training):
    """Have the residual stream written to memory before and after a branch.

    XLA merges an addition into everything that reads its sum. Along the residual stream
    each block then adds up all branches, and in the backward pass all gradients, before
    it, three times over: the work grows with the square of the depth.
    """
    if not training or not is_jax_on_cpu():
        return x
    return ops.cond(_always(x), lambda: x, lambda: -x)


def recomputed_when_needed(function):
    """The same function of tensors, which keeps nothing but its arguments.

    What is computed again must not be computed before the gradient of its result is
    there: XLA would do so at the outset, where it has the values anyway, and keep all.
    Keeping less also saves time. The memory of a step comes from the system anew each
    time, in pages that are cleared: 0.16 of the processors' time in a step of Swin-T,
    0.10 with what is recomputed here.

    JAX differentiates such a function backwards, also of a gradient (`jax.hessian`),
    but not forwards (`jax.jvp`).
    """

    @jax.custom_vjp
    def call(*arguments):
        return function(*arguments)

    def forward(*arguments):
        return function(*arguments), arguments

    def backward(arguments, gradient):
        x, *others = arguments
        x = not_before(jax.tree.leaves(gradient)[0], x)
        return jax.vjp(function, x, *others)[1](gradient)

    call.defvjp(forward, backward)
    return call


def not_before(value, x):
    """Give x as it is, but to XLA not before the value is there.

    Biases need it too. Where a tensor is large, XLA spreads the bias over all its rows
    before it adds it, and those of all layers at the outset if nothing holds it back:
    0.7 of what a step of ViT-B/16 with 32 images took in a `keras.RematScope`.
    """
    zero, one = ops.zeros((), x.dtype), ops.ones((), x.dtype)
    return x + ops.cond(_always(value), lambda: zero, lambda: one)


def _always(value):
    """True for every number, but nothing that XLA would calculate with."""
    first = ops.sum(ops.reshape(value, (-1,))[:1])  # there may be none
    return ops.not_equal(first * 0, 1)
