"""Labels of arrays that are the names of classes."""

from typing import Any

import numpy as np

from keras_vit.data.ranges import as_array


def label_names(labels: Any) -> tuple[str, ...] | None:
    """Return the sorted names among labels that are texts; None if they are not."""
    labels = as_array("labels", labels)
    if not labels.size or not are_texts(labels):
        return None
    return tuple(sorted({_text(label) for label in labels.ravel()}))


def are_texts(labels: np.ndarray) -> bool:
    """Whether labels are texts, or bytes of such."""
    if labels.dtype.kind in "OT":  # pandas, or NumPy's texts of any length
        return all(isinstance(label, str | bytes) for label in labels.ravel())
    return labels.dtype.kind in "US"


def _text(label: str | bytes) -> str:
    if isinstance(label, bytes):
        return label.decode("utf-8", "backslashreplace")
    return str(label)


def indices(labels: np.ndarray, class_names: tuple | None) -> np.ndarray:
    """Return the place of each label (N,) in `class_names`.

    Raises:
        ValueError: If there are no names, or a label is not among them.
    """
    if class_names is None:
        raise ValueError(
            "Labels that are texts need class_names, the same ones for training and "
            "for testing. Pass class_names=keras_vit.data.class_names((images, "
            "labels)), found in the training set, to both."
        )
    places = {name: index for index, name in enumerate(class_names)}
    found = [places.get(_text(label), -1) for label in labels]
    if -1 in found:
        first = found.index(-1)
        raise ValueError(
            f"Labels must be among class_names. Received {_text(labels[first])!r} at "
            f"index {first}, and {found.count(-1) - 1} more. class_names are "
            f"{', '.join(class_names[:10])}{', ...' if len(class_names) > 10 else ''}."
        )
    return np.array(found)
