"""The cross-entropy that fits labels and head."""

from typing import Any

import keras
import numpy as np

from keras_vit.training.finetune_data import first_labels


def likely_loss(model: keras.Model, data: dict[str, Any]) -> tuple[Any, list]:
    """Choose loss and metrics by the first labels and the head's activation.

    Args:
        model: whose outputs are (B, classes).
        data: as `as_fit_takes` gives them.

    Returns:
        The loss, and metrics to compile with.

    Raises:
        ValueError: if no cross-entropy fits.
    """
    classes = _classes(model)
    labels = np.asarray(keras.ops.convert_to_numpy(first_labels(data)))
    activation = getattr(last_layer(model), "activation", None)
    is_sigmoid = activation is keras.activations.sigmoid
    from_logits = activation is not keras.activations.softmax and not is_sigmoid
    if labels.ndim == 2 and labels.shape[1] == classes:
        if is_sigmoid or (from_logits and not np.allclose(labels.sum(axis=1), 1)):
            threshold = 0.0 if from_logits else 0.5
            accuracy = keras.metrics.BinaryAccuracy("accuracy", threshold=threshold)
            return keras.losses.BinaryCrossentropy(from_logits=from_logits), [accuracy]
        return keras.losses.CategoricalCrossentropy(from_logits=from_logits), [
            "accuracy"
        ]
    _check_whole_numbers(labels, classes, is_sigmoid)
    return keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits), [
        "accuracy"
    ]


def _classes(model) -> int:
    shape = getattr(model, "output_shape", None)
    if not isinstance(shape, tuple) or len(shape) != 2:
        raise ValueError(
            "`model` should end with a classifier, outputs (batch, classes). Received: "
            f"'{model.name}' with outputs {shape}. Build it with `classes`, or give a "
            "`loss`."
        )
    return shape[1]


def _check_whole_numbers(labels, classes, is_sigmoid) -> None:
    flat = labels.reshape(-1) if labels.ndim == 2 and labels.shape[1] == 1 else labels
    whole = flat.ndim == 1 and np.issubdtype(flat.dtype, np.number)
    whole = whole and (flat == np.round(flat)).all() and not is_sigmoid
    if not whole:
        raise ValueError(
            f"Labels should be classes, whole numbers (B,) or rows (B, {classes}), a "
            f"head with a sigmoid needs rows. Received: labels of shape {labels.shape} "
            f"and dtype {labels.dtype}. Give a `loss` for any others."
        )
    if flat.min() < 0 or flat.max() >= classes:
        raise ValueError(
            f"Labels should be from 0 to {classes - 1}, as the head has {classes} "
            f"classes. Received: {flat.min()} to {flat.max()}. Build the model with as "
            "many `classes` as there are."
        )


def last_layer(model):
    """The head, also of a model within the model."""
    last = model.layers[-1]
    return last_layer(last) if isinstance(last, keras.Model) else last
