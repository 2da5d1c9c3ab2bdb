"""Compute a function again in the backward pass, so that its inside need not be kept.

`keras.remat`, and what it takes for the memory to be free indeed.
"""

import keras

from keras_vit.layers.xla_on_cpu import is_jax_on_cpu, recomputed_when_needed

if keras.backend.backend() == "torch":
    import torch.utils.checkpoint


def rematerialized(function):
    """The same function, of tensors alone, that keeps nothing but its arguments."""
    if keras.backend.backend() == "torch":
        return _to_its_end(keras.remat(function))
    if is_jax_on_cpu():
        return recomputed_when_needed(function)
    return keras.remat(function)


def _to_its_end(remat):
    """Not stopped, by an exception, where PyTorch has all it needs.

    Keras's layers put a reference to themselves around an exception that passes them.
    All that was recomputed then stays until Python next looks for such circles.
    """

    def call(*arguments):
        with torch.utils.checkpoint.set_checkpoint_early_stop(False):
            return remat(*arguments)

    return call
