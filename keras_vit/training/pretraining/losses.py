"""How far a prediction is off, image by image, at hidden patches alone."""

import keras
from keras import ops


def masked_mean(values, mask):
    """The mean of `(B, N)` where `mask` `(B, N)` is set, one number an image."""
    mask = ops.cast(mask, values.dtype)
    return ops.sum(values * mask, axis=-1) / ops.maximum(ops.sum(mask, axis=-1), 1)


def squared_error(prediction, target, mask):
    """MAE's and appendix B.1.2's: `(B, N, K)` twice, `(B, N)`."""
    squares = ops.square(ops.cast(prediction, "float32") - target)
    return masked_mean(ops.mean(squares, axis=-1), mask)


def absolute_error(prediction, target, mask):
    """SimMIM's, of pixels."""
    distances = ops.abs(ops.cast(prediction, "float32") - target)
    return masked_mean(ops.mean(distances, axis=-1), mask)


def cross_entropy(logits, classes, mask):
    """Of one class a patch: `(B, N, classes)`, int `(B, N)`, `(B, N)`."""
    values = keras.losses.sparse_categorical_crossentropy(
        classes, ops.cast(logits, "float32"), from_logits=True
    )
    return masked_mean(values, mask)
