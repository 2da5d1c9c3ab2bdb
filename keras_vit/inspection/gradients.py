"""Gradients on the three backends: where answers come from, not how weights move.

K numbers that are differentiated.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np


def gradients(
    model: keras.Model, inputs: Sequence[Any], by: Sequence[int], reduce: Callable
) -> list[np.ndarray]:
    """Differentiate numbers made of a model's outputs by some of its inputs.

    Args:
        model: with a list of inputs; it runs as in inference.
        inputs: an array for each of them.
        by: the places of the float inputs to differentiate by.
        reduce: function of the model's outputs that gives a tensor `(K,)`.

    Returns:
        For each input of `by`, the gradients of the K numbers: `(K, *input.shape)`.
        Zeros where a number does not depend on it.
    """
    differentiate = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
    tensors = [keras.ops.convert_to_tensor(array) for array in inputs]
    columns = differentiate[keras.backend.backend()](model, tensors, by, reduce)
    return [
        np.stack([keras.ops.convert_to_numpy(gradient) for gradient in column])
        for column in columns
    ]


def _tensorflow(model, tensors, by, reduce):
    import tensorflow as tf

    chosen = [tensors[place] for place in by]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(chosen)
        numbers = tf.unstack(reduce(model(tensors, training=False)))
    zero = tf.UnconnectedGradients.ZERO
    rows = [tape.gradient(n, chosen, unconnected_gradients=zero) for n in numbers]
    return zip(*rows, strict=True)


def _jax(model, tensors, by, reduce):
    import jax

    trainable, others = (
        [variable.value for variable in variables]
        for variables in (model.trainable_variables, model.non_trainable_variables)
    )

    def numbers(chosen, trainable, others, tensors):
        changed = dict(zip(by, chosen, strict=True))
        tensors = [changed.get(place, x) for place, x in enumerate(tensors)]
        outputs, _ = model.stateless_call(trainable, others, tensors, training=False)
        return reduce(outputs)

    # Compiled as one: step by step, each operation is compiled by itself. The weights
    # are arguments, or they would be part of the compiled code.
    jacobian = jax.jit(jax.jacrev(numbers))
    return jacobian([tensors[place] for place in by], trainable, others, tensors)


def _torch(model, tensors, by, reduce):
    import torch

    chosen = [tensors[place].detach().requires_grad_() for place in by]
    changed = dict(zip(by, chosen, strict=True))
    tensors = [changed.get(place, x) for place, x in enumerate(tensors)]
    with torch.enable_grad():
        numbers = reduce(model(tensors, training=False))
        rows = [
            torch.autograd.grad(n, chosen, retain_graph=True, allow_unused=True)
            for n in numbers
        ]
    return [
        [torch.zeros_like(x) if g is None else g for g in column]
        for x, column in zip(chosen, zip(*rows, strict=True), strict=True)
    ]
