"""Derivatives of functions of tensors, on each backend."""

import keras
import numpy as np

from tests.helpers import gradients, learning


def second_gradients(function, arrays, upstream):
    """Gradients of |∂(function · upstream) / ∂(first array)|² by each of the arrays."""
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        def squared(*arrays):
            by_first = jax.grad(lambda x: (function(x, *arrays[1:]) * upstream).sum())
            return (by_first(arrays[0]) ** 2).sum()

        results = jax.grad(squared, argnums=tuple(range(len(arrays))))(*arrays)
    elif backend == "tensorflow":
        import tensorflow as tf

        tensors = [tf.convert_to_tensor(x) for x in arrays]
        with tf.GradientTape() as outer:
            outer.watch(tensors)
            with tf.GradientTape() as inner:
                inner.watch(tensors[0])
                output = tf.reduce_sum(function(*tensors) * upstream)
            squared = tf.reduce_sum(inner.gradient(output, tensors[0]) ** 2)
        results = outer.gradient(
            squared, tensors, unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
    else:
        import torch

        tensors = [learning(x) for x in arrays]
        output = (function(*tensors) * keras.ops.convert_to_tensor(upstream)).sum()
        (by_first,) = torch.autograd.grad(output, tensors[0], create_graph=True)
        results = torch.autograd.grad(
            (by_first**2).sum(), tensors, allow_unused=True, materialize_grads=True
        )
    return [np.asarray(keras.ops.convert_to_numpy(result)) for result in results]


def mapped_gradients(function, arrays, upstream):
    """`gradients` by the first array, mapped over an axis of examples that it has."""
    backend = keras.backend.backend()
    first, *others = arrays
    if backend == "jax":
        import jax

        def by_first(x):
            return jax.grad(lambda x: (function(x, *others) * upstream).sum())(x)

        return np.asarray(jax.vmap(by_first)(first))
    if backend == "tensorflow":
        import tensorflow as tf

        others = [tf.convert_to_tensor(x) for x in others]

        def by_first(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                output = function(x, *others)
            return tape.gradient(output, x, tf.convert_to_tensor(upstream))

        return tf.vectorized_map(by_first, tf.convert_to_tensor(first)).numpy()
    import torch

    first, upstream, *others = map(
        keras.ops.convert_to_tensor, (first, upstream, *others)
    )

    def total(x):
        return (function(x, *others) * upstream).sum()

    return torch.vmap(torch.func.grad(total))(first).cpu().numpy()


def gradients_but(frozen: int, function, arrays, upstream):
    """Gradients by all arrays but one, of which nobody asks for a gradient."""
    free = [x for number, x in enumerate(arrays) if number != frozen]

    def of_free(*tensors):
        tensors = list(tensors)
        tensors.insert(frozen, keras.ops.convert_to_tensor(arrays[frozen]))
        return function(*tensors)

    return gradients(of_free, free, upstream)
