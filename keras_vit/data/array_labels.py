"""Labels and weights that lie in memory: classes, vectors or numbers."""

from typing import Any, NamedTuple

import numpy as np

from keras_vit.data.ranges import as_array
from keras_vit.data.source import CLASS, NUMBER, VECTOR, check_num_classes
from keras_vit.data.text_labels import are_texts, indices

EXPECTED = (
    "labels must be whole numbers (N,), one class an image; names (N,) with "
    "class_names; 0 and 1 (N, K), several classes an image; floats (N,) or (N, K), "
    "numbers to regress; or None."
)


class ArrayLabels(NamedTuple):
    """Checked labels, what they are, and how many classes there are, if classes."""

    kind: str
    values: np.ndarray
    num_classes: int | None


def array_labels(
    labels: Any, count: int, num_classes: int | None, class_names: tuple | None
) -> ArrayLabels:
    """Return labels of `count` images.

    Raises:
        ValueError: If shape, type, number or values are none of labels.
    """
    try:
        labels = as_array("labels", labels)
    except ValueError as error:  # such as a list of lists of several lengths
        raise ValueError(f"{EXPECTED} {error}") from error
    if labels.ndim not in (1, 2) or 0 in labels.shape:
        raise ValueError(f"{EXPECTED} Received the shape {labels.shape}.")
    _check_count("labels", labels, count)
    if labels.ndim == 2 and labels.shape[1] == 1 and labels.dtype.kind != "f":
        labels = labels[:, 0]  # (N, 1) -> (N,), as keras.datasets has them
    kind = "U" if are_texts(labels) else labels.dtype.kind
    if kind == "U" and labels.ndim == 1:
        return _classes(indices(labels, class_names), num_classes)
    if kind in "biu" and labels.ndim == 1:
        return _classes(labels, num_classes)
    if kind in "biuf" and labels.ndim == 2:
        return _vectors(labels, num_classes)
    if kind == "f":
        return _numbers(labels, num_classes)
    raise ValueError(
        f"{EXPECTED} Received the shape {labels.shape} and the type {labels.dtype}."
    )


def array_weights(weights: Any, count: int) -> np.ndarray:
    """Return the sample weights of `count` images, float32 (N,).

    Raises:
        ValueError: If they are not one number of at least 0 an image.
    """
    weights = as_array("Sample weights", weights)
    if weights.ndim == 2 and weights.shape[1] == 1:
        weights = weights[:, 0]
    if weights.ndim != 1 or weights.dtype.kind not in "biuf":
        raise ValueError(
            "Sample weights must be one number an image (N,). Received the shape "
            f"{weights.shape} and the type {weights.dtype}."
        )
    _check_count("sample weights", weights, count)
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if wrong.size:
        raise ValueError(
            "Sample weights must be numbers of at least 0. Received "
            f"{weights[wrong[0]]} at index {wrong[0]}, and {wrong.size - 1} more."
        )
    return weights.astype("float32")


def _check_count(name: str, values: np.ndarray, count: int) -> None:
    if len(values) != count:
        raise ValueError(
            f"There must be as many {name} as images. Received {count} images and "
            f"{len(values)} {name}."
        )


def _classes(labels: np.ndarray, num_classes: int | None) -> ArrayLabels:
    limit = np.inf if num_classes is None else num_classes
    wrong = np.flatnonzero((labels < 0) | (labels >= limit))
    if wrong.size:
        wanted = "0 or more" if num_classes is None else f"0 to {num_classes - 1}"
        raise ValueError(
            f"Labels must be {wanted} (num_classes={num_classes}). Received the label "
            f"{labels[wrong[0]]} at index {wrong[0]}, and {wrong.size - 1} more."
        )
    known = int(labels.max()) + 1
    return ArrayLabels(
        CLASS,
        labels.astype("int64"),
        check_num_classes(num_classes, known, "the array"),
    )


def _vectors(labels: np.ndarray, num_classes: int | None) -> ArrayLabels:
    length = labels.shape[1]
    if num_classes not in (None, length):
        raise ValueError(
            f"Labels of several classes must be (N, {num_classes}), as num_classes is "
            f"{num_classes}. Received the shape {labels.shape}."
        )
    if labels.dtype.kind in "iu" and not np.isin(labels, (0, 1)).all():
        raise ValueError(
            "Whole numbers (N, K) must be 0 or 1, several classes an image. Received "
            f"values from {labels.min()} to {labels.max()}. Numbers to regress are "
            "floats: labels.astype('float32')."
        )
    values = _finite(labels)
    shares = values.min() >= 0 and values.max() <= 1
    return ArrayLabels(VECTOR, values, length) if shares else _numbers(labels, None)


def _numbers(labels: np.ndarray, num_classes: int | None) -> ArrayLabels:
    if num_classes is not None:
        raise ValueError(
            f"Labels that are floats are numbers to regress, which have no classes. "
            f"Received num_classes={num_classes} and the type {labels.dtype}. Classes "
            "are whole numbers: labels.astype('int64')."
        )
    return ArrayLabels(NUMBER, _finite(labels), None)


def _finite(labels: np.ndarray) -> np.ndarray:
    wrong = np.argwhere(~np.isfinite(labels))
    if wrong.size:
        raise ValueError(
            f"Labels must be finite. Received {labels[tuple(wrong[0])]} at index "
            f"{wrong[0][0]}, and {len(wrong) - 1} more."
        )
    return labels.astype("float32")
