"""Small tools of the tests."""

import contextlib
import importlib
import pkgutil

import keras
import numpy as np

import keras_vit

ON_ONE_BACKEND = {
    "jax": ("keras_vit.operations.on_jax", "keras_vit.operations.gelu_on_jax"),
    "tensorflow": ("keras_vit.operations.on_tensorflow",),
    "torch": (
        "keras_vit.deployment.from_torch",
        "keras_vit.operations.on_torch",
        "keras_vit.operations.onednn_on_torch",
        "keras_vit.training.adam_on_pytorch",
        "keras_vit.training.resuming.random_on_pytorch",
    ),
}


def array(*shape, seed=0):
    """Normal numbers in float32."""
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def every_module():
    """The package's modules, but those that only another backend imports."""
    others = tuple(
        name
        for backend, names in ON_ONE_BACKEND.items()
        if backend != keras.backend.backend()
        for name in names
    )
    for module in pkgutil.walk_packages(keras_vit.__path__, "keras_vit."):
        if not module.name.startswith(others):
            yield importlib.import_module(module.name)


def to_numpy(tensor):
    """A tensor of any backend and float type as float32 in NumPy."""
    return np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(tensor, "float32")))


def randomize(model_or_layer, seed=0):
    """Give each weight random values, so that nothing hides behind zeros."""
    rng = np.random.default_rng(seed)
    for weight in model_or_layer.weights:
        weight.assign(0.3 * rng.normal(size=weight.shape).astype("float32"))


def relative_difference(got, expected):
    """The largest difference, relative to the largest magnitude expected."""
    got, expected = np.asarray(got), np.asarray(expected)
    assert got.shape == expected.shape, (got.shape, expected.shape)
    return np.abs(got - expected).max() / np.abs(expected).max()


def gradients(function, arrays, upstream):
    """Gradients of sum(function(*arrays) * upstream) by each of the arrays."""
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        def total(*arrays):
            return (function(*arrays) * upstream).sum()

        results = jax.grad(total, argnums=tuple(range(len(arrays))))(*arrays)
    elif backend == "tensorflow":
        import tensorflow as tf

        tensors = [tf.convert_to_tensor(x) for x in arrays]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            output = function(*tensors)
        results = tape.gradient(output, tensors, tf.convert_to_tensor(upstream))
    else:
        import torch

        tensors = [learning(x) for x in arrays]
        upstream = keras.ops.convert_to_tensor(upstream)
        results = torch.autograd.grad(function(*tensors), tensors, upstream)
    return [np.asarray(keras.ops.convert_to_numpy(result)) for result in results]


def learning(array):
    """A tensor of PyTorch's that gradients are asked of, where Keras has its own."""
    return keras.ops.convert_to_tensor(array).detach().clone().requires_grad_()


@contextlib.contextmanager
def without_values():
    """Models made in here have weights with shapes and names, but no memory.

    Keras fills such weights when the next StatelessScope closes, whosever it is. The
    session is cleared, so that it never does: the largest models would fill the memory.
    """
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        keras.utils.clear_session(free_memory=False)
