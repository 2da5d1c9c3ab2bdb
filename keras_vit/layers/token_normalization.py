"""Layer normalization of each token (https://arxiv.org/abs/1607.06450).

R rows (tokens), C channels.
"""

import functools

import keras
from keras import ops

from keras_vit.layers.inner_layer import InnerLayer
from keras_vit.layers.precision import at_least_float32
from keras_vit.layers.xla_on_cpu import (
    is_jax_on_cpu,
    not_before,
    recomputed_when_needed,
)

if keras.backend.backend() == "tensorflow":
    from keras_vit.layers.one_pass import in_one_pass


@keras.saving.register_keras_serializable(package="keras_vit")
class TokenNormalization(InnerLayer, keras.layers.LayerNormalization):
    """Keras's own along the last axis, with less traffic to memory.

    Keras's spreads mean and scale over all channels before it uses them: on TensorFlow
    eight passes forward and more backward, and most of them are kept for the gradient,
    as four tensors are on JAX's CPU. PyTorch has one kernel for the whole.
    """

    def rematerialized_call(self, layer_call, *args, **kwargs):
        """As it is: under a `keras.RematScope` there is nothing more to save."""
        return layer_call

    def call(self, inputs, training=None):
        if keras.backend.backend() == "torch":
            return super().call(inputs)
        rows = ops.reshape(inputs, (-1, inputs.shape[-1]))  # (..., C) -> (R, C)
        gamma, beta = (ops.convert_to_tensor(w) for w in (self.gamma, self.beta))
        if training and _keeps_too_much():
            rows = _in_training(self.epsilon)(rows, gamma, beta)
        else:
            rows = _value(rows, gamma, beta, self.epsilon)
        rows = ops.cast(rows, self.compute_dtype)
        return ops.reshape(rows, ops.shape(inputs))


def _keeps_too_much() -> bool:
    """Whether the backend keeps more tensors than the input for the gradient."""
    return keras.backend.backend() == "tensorflow" or is_jax_on_cpu()


@functools.cache
def _in_training(epsilon: float):
    """One function for all layers, so that TensorFlow compiles it once a shape."""
    if is_jax_on_cpu():
        return recomputed_when_needed(
            lambda rows, gamma, beta: _value(
                rows, not_before(rows, gamma), not_before(rows, beta), epsilon
            )
        )
    return in_one_pass(
        functools.partial(_value, epsilon=epsilon),
        functools.partial(_gradient, epsilon=epsilon),
    )


def _value(rows, gamma, beta, epsilon):
    normalized, _ = _normalized(rows, epsilon)
    gamma, beta = (ops.cast(w, normalized.dtype) for w in (gamma, beta))
    return ops.cast(normalized * gamma + beta, rows.dtype)


def _gradient(upstream, rows, gamma, beta, epsilon):
    normalized, scale = _normalized(rows, epsilon)
    upstream = at_least_float32(upstream)
    by_normalized = upstream * ops.cast(gamma, upstream.dtype)
    mean = ops.mean(by_normalized, axis=-1, keepdims=True)
    along = ops.mean(by_normalized * normalized, axis=-1, keepdims=True)
    by_rows = scale * (by_normalized - mean - normalized * along)
    by_gamma = ops.sum(upstream * normalized, axis=0)
    by_beta = ops.sum(upstream, axis=0)
    return (
        ops.cast(by_rows, rows.dtype),
        ops.cast(by_gamma, gamma.dtype),
        ops.cast(by_beta, beta.dtype),
    )


def _normalized(rows, epsilon):
    """Rows of mean 0 and variance 1, and the factor that made them so."""
    rows = at_least_float32(rows)
    centered = rows - ops.mean(rows, axis=-1, keepdims=True)
    variance = ops.mean(ops.square(centered), axis=-1, keepdims=True)
    scale = ops.rsqrt(variance + epsilon)
    return centered * scale, scale
