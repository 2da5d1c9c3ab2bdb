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

    def numbers(outputs):
        return reduce(outputs), ()

    return differentiated(model, by, numbers)(inputs)[0]


def differentiated(
    model: keras.Model, by: Sequence[int], reduce: Callable
) -> Callable[[Sequence[Any]], tuple[list[np.ndarray], list[np.ndarray]]]:
    """A function that is compiled once and differentiates for many inputs.

    Args:
        model: as `gradients` takes it.
        by: as `gradients` takes it.
        reduce: function of the model's outputs that gives a tensor `(K,)` and a list of
            tensors to see.

    Returns:
        A function of an array for each input that gives what `gradients` gives, and
        the arrays to see.
    """
    backends = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
    differentiate = backends[keras.backend.backend()](model, by, reduce)

    def call(inputs):
        tensors = [keras.ops.convert_to_tensor(array) for array in inputs]
        columns, seen = differentiate(tensors)
        stacked = [np.stack(_arrays(column)) for column in columns]
        return stacked, _arrays(seen)

    return call


def _arrays(tensors) -> list[np.ndarray]:
    return [keras.ops.convert_to_numpy(tensor) for tensor in tensors]


def _tensorflow(model, by, reduce):
    import tensorflow as tf

    def differentiate(tensors):
        chosen = [tensors[place] for place in by]
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(chosen)
            numbers, seen = reduce(model(tensors, training=False))
            numbers = tf.unstack(numbers)
        zero = tf.UnconnectedGradients.ZERO
        rows = [tape.gradient(n, chosen, unconnected_gradients=zero) for n in numbers]
        return zip(*rows, strict=True), seen

    return differentiate


def _jax(model, by, reduce):
    import jax

    def numbers(chosen, trainable, others, tensors):
        changed = dict(zip(by, chosen, strict=True))
        tensors = [changed.get(place, x) for place, x in enumerate(tensors)]
        outputs, _ = model.stateless_call(trainable, others, tensors, training=False)
        return reduce(outputs)

    # Compiled as one: step by step, each operation is compiled by itself. The weights
    # are arguments, or they would be part of the compiled code.
    jacobian = jax.jit(jax.jacrev(numbers, has_aux=True))

    def differentiate(tensors):
        trainable, others = (
            [variable.value for variable in variables]
            for variables in (model.trainable_variables, model.non_trainable_variables)
        )
        return jacobian([tensors[place] for place in by], trainable, others, tensors)

    return differentiate


def _torch(model, by, reduce):
    import torch

    def differentiate(tensors):
        chosen = [tensors[place].detach().requires_grad_() for place in by]
        changed = dict(zip(by, chosen, strict=True))
        tensors = [changed.get(place, x) for place, x in enumerate(tensors)]
        with torch.enable_grad():
            numbers, seen = reduce(model(tensors, training=False))
            rows = [
                torch.autograd.grad(n, chosen, retain_graph=True, allow_unused=True)
                for n in numbers
            ]
        columns = [
            [torch.zeros_like(x) if g is None else g for g in column]
            for x, column in zip(chosen, zip(*rows, strict=True), strict=True)
        ]
        return columns, seen

    return differentiate
