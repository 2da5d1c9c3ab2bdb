"""A step of Adam (https://arxiv.org/abs/1412.6980) in one pass, on TensorFlow."""

import tensorflow as tf


def fused_adam(
    variable, gradient, mean, square, learning_rate, step, betas, epsilon
) -> None:
    """Write over the variable and what is kept of its gradients.

    Args:
        variable: `tf.Variable`.
        gradient: of the loss, by the variable; of an embedding, by some of its rows.
        mean: `tf.Variable`, running mean of the gradients.
        square: `tf.Variable`, running mean of their squares.
        learning_rate: scalar.
        step: scalar, from 1.
        betas: how much of mean and square stays.
        epsilon: added to the square root of the squares.
    """
    learning_rate, step, *betas, epsilon = (
        tf.cast(x, variable.dtype) for x in (learning_rate, step, *betas, epsilon)
    )
    tf.raw_ops.ResourceApplyAdam(
        var=variable.handle,
        m=mean.handle,
        v=square.handle,
        beta1_power=betas[0] ** step,
        beta2_power=betas[1] ** step,
        lr=learning_rate,
        beta1=betas[0],
        beta2=betas[1],
        epsilon=epsilon,
        grad=tf.cast(tf.convert_to_tensor(gradient), variable.dtype),
    )
