"""Compute a function again in the backward pass, so that its inside need not be kept.

`keras.remat`, and what it takes for the memory to be free indeed.
"""

import keras

from keras_vit.layers.fast_paths import behind_branch, is_jax_on_cpu

if keras.backend.backend() == "jax":
    import jax
elif keras.backend.backend() == "torch":
    import torch.utils.checkpoint


def rematerialized(function):
    """The same function, of tensors alone, that keeps nothing but its arguments."""
    if keras.backend.backend() == "torch":
        return _to_its_end(keras.remat(function))
    return _when_needed(function) if is_jax_on_cpu() else keras.remat(function)


def _to_its_end(remat):
    """Not stopped, by an exception, where PyTorch has all it needs.

    Keras's layers put a reference to themselves around an exception that passes them.
    All that was recomputed then stays until Python next looks for such circles.
    """

    def call(*arguments):
        with torch.utils.checkpoint.set_checkpoint_early_stop(False):
            return remat(*arguments)

    return call


def _when_needed(function):
    """Not before the gradient of its result is there.

    Nothing else holds XLA on a CPU from computing everything again at the outset: it
    drops the barrier that `jax.checkpoint` puts there. It keeps a branch on a value.
    """

    @jax.custom_vjp
    def call(*arguments):
        return function(*arguments)

    def forward(*arguments):
        return function(*arguments), arguments

    def backward(arguments, gradient):
        x, *others = arguments
        x = behind_branch(x, jax.tree.leaves(gradient)[0])
        return jax.vjp(function, x, *others)[1](gradient)

    call.defvjp(forward, backward)
    return call
