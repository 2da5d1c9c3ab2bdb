"""What is written differently for the sake of speed on one backend, and why."""

import keras
from keras import ops

from keras_vit.layers.gelu import gelu, gelu_in_training
from keras_vit.layers.xla_on_cpu import (
    is_jax_on_cpu,
    jax_platform,
    not_before,
    recomputed_when_needed,
)

if keras.backend.backend() == "torch":
    from keras_vit.layers.pytorch import attention as torch_attention
    from keras_vit.layers.pytorch import mlp as torch_mlp
    from keras_vit.layers.pytorch import products
elif keras.backend.backend() == "tensorflow":
    from keras_vit.layers import turned_product


def attention_road(x) -> str:
    """The fastest of the ways to attend for tensors like x.

    - `"windows"`: PyTorch's kernel on a CPU, which takes the bias of each window of an
      image as it is.
    - `"fused"`: `keras.ops.dot_product_attention`, for PyTorch and JAX on a GPU; there
      cuDNN has no gradient for an odd number of tokens, which a class token makes.
    - `"divided last"`: for JAX on a CPU, where the former would be the plain products
      again, in a layout that XLA is slow with.
    - `"plain"`: all else, such as TensorFlow, and JAX on a TPU. There Keras 3.15 calls
      a kernel, Splash, that is causal and gets neither the bias nor the scale.
    """
    if keras.backend.backend() == "torch":
        return "windows" if x.device.type == "cpu" else "fused"
    if keras.backend.backend() == "tensorflow" or jax_platform() == "tpu":
        return "plain"
    if is_jax_on_cpu():
        return "divided last"
    tokens = x.shape[1]
    return "plain" if tokens is None or tokens % 2 else "fused"


def fused_attention(road: str, query, key, value, bias):
    """softmax(QKᵀ/√d + bias) V by one kernel that never writes the N x N scores.

    Args:
        road: `"windows"` or `"fused"`, see `attention_road`.
        query: `(B, H, N, d)`.
        key: `(B, H, N, d)`.
        value: `(B, H, N, d)`.
        bias: `(B or 1, H or 1, N, N)` or None; on the road `"windows"` also
            `(G, H or 1, N, N)`, G dividing B.

    Returns:
        `(B, H, N, d)`.
    """
    if road == "windows":
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


def has_fused_mlp(training) -> bool:
    """Whether the MLP is one function here.

    TensorFlow sees the whole of a step and merges what there is to merge, XLA too but
    for what it keeps in training.
    """
    return keras.backend.backend() == "torch" or bool(training and is_jax_on_cpu())


def fused_mlp(rows, *weights):
    """The whole MLP on rows (R, C), of kernel and bias of both its layers."""
    if keras.backend.backend() == "torch":
        return torch_mlp.mlp(*map(_tensor, (rows, *weights)))
    hidden_kernel, hidden_bias, output_kernel, output_bias = map(_tensor, weights)
    hidden = ops.matmul(rows, hidden_kernel) + not_before(rows, hidden_bias)
    return _gelu_and_product(hidden, output_kernel) + output_bias


if keras.backend.backend() == "jax":
    # GELU's result is as large as its argument, and the kernel's gradient needs it: a
    # sixth of what ViT-S/16 keeps, for a hundredth of a step's work.
    _gelu_and_product = recomputed_when_needed(
        lambda hidden, kernel: ops.matmul(gelu(hidden), kernel)
    )


def _tensor(x):
    """A variable's tensor, which Keras asks more about than the shortest call takes."""
    return getattr(x, "value", x)
