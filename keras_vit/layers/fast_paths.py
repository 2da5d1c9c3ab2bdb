"""What is written differently for the sake of speed on one backend, and why."""

import functools

import keras
from keras import ops

from keras_vit.layers.gelu import gelu, gelu_in_training

if keras.backend.backend() == "torch":
    from keras_vit.layers.pytorch import attention as torch_attention
    from keras_vit.layers.pytorch import mlp as torch_mlp
    from keras_vit.layers.pytorch import products
elif keras.backend.backend() == "tensorflow":
    from keras_vit.layers import turned_product


@functools.cache
def is_jax_on_cpu() -> bool:
    """Whether XLA compiles whole training steps for a CPU."""
    return keras.backend.backend() == "jax" and (
        keras.distribution.list_devices()[0].startswith("cpu")
    )


def has_fused_attention() -> bool:
    """Whether `keras.ops.dot_product_attention` is a fused kernel here.

    PyTorch has one on every device, JAX on GPU (cuDNN) and TPU. Elsewhere it would be
    the plain products again, in a layout that XLA's CPU code is slow with.
    """
    if keras.backend.backend() == "jax":
        return not is_jax_on_cpu()
    return keras.backend.backend() == "torch"


def has_windows_attention(x) -> bool:
    """Whether the fused attention takes a bias for each window of an image as it is."""
    return keras.backend.backend() == "torch" and x.device.type == "cpu"


def fused_attention(query, key, value, bias):
    """softmax(QKᵀ/√d + bias) V by one kernel that never writes the N x N scores.

    Args:
        query: `(B, H, N, d)`.
        key: `(B, H, N, d)`.
        value: `(B, H, N, d)`.
        bias: `(B or 1, H or 1, N, N)` or None; with `has_windows_attention` also
            `(G, H or 1, N, N)`, G dividing B.

    Returns:
        `(B, H, N, d)`.
    """
    if has_windows_attention(query):
        return torch_attention.attention(query, key, value, bias)
    query, key, value = (ops.transpose(x, (0, 2, 1, 3)) for x in (query, key, value))
    attended = ops.dot_product_attention(query, key, value, bias=bias)
    return ops.transpose(attended, (0, 2, 1, 3))


def dense_on_rows(rows, kernel, bias, activation, training=None):
    """activation((R, C) x (C, U) + (U,)).

    Keras on PyTorch would make another tensor to add the bias, and multiply at half the
    speed that many a CPU is capable of. Outside of training TensorFlow makes one kernel
    of product, bias and GELU as they are written.
    """
    if keras.backend.backend() == "torch":
        return activation(products.product(*map(_tensor, (rows, kernel, bias))))
    if training and activation is gelu:
        activation = gelu_in_training
    if training and keras.backend.backend() == "tensorflow":
        return activation(turned_product.product(rows, kernel, bias))
    product = ops.matmul(rows, kernel)
    return activation(product if bias is None else ops.add(product, bias))


def has_fused_mlp() -> bool:
    """Whether the MLP is one function here, as it is on PyTorch.

    TensorFlow and XLA see the whole of a step and merge what there is to merge.
    """
    return keras.backend.backend() == "torch"


def fused_mlp(rows, *weights):
    """The whole MLP on rows (R, C), of kernel and bias of both its layers."""
    return torch_mlp.mlp(*map(_tensor, (rows, *weights)))


def _tensor(x):
    """A variable's tensor, which Keras asks more about than the shortest call takes."""
    return getattr(x, "value", x)


def written_out(x, training):
    """Have the residual stream written to memory before and after a branch.

    XLA on a CPU merges an addition into everything that reads its sum. Along the
    residual stream each block then adds up all branches, and in the backward pass all
    gradients, before it, three times over: the work grows with the square of the
    depth. It never merges through a branch on a value, and this one, always taken,
    stands in its way. (`optimization_barrier` does not: it is gone before the merging.)
    """
    if not training or not is_jax_on_cpu():
        return x
    return behind_branch(x, x)


def behind_branch(x, value):
    """Give x as it is, but to XLA not before `value` is known."""
    first = ops.reshape(value, (-1,))[0]
    always = ops.logical_or(first < 1, first > 0)
    return ops.cond(always, lambda: x, lambda: -x)
