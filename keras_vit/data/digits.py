"""scikit-learn's `digits` by name: 1,797 real scans of 8x8 pixels, with no download.

They are the test part of https://doi.org/10.24432/C50P49, written by 13 people.
"""

import numpy as np

from keras_vit.data.arrays import array_source
from keras_vit.data.source import Source
from keras_vit.data.splits import check_split_names, parse_split

CLASS_NAMES = tuple("0123456789")

# Every fifth scan of each digit is for testing: stratified, and the same everywhere,
# with no random generator whose stream another version could change.
TEST_EVERY = 5


def load_digits(split: str = "train") -> tuple[np.ndarray, np.ndarray]:
    """Return images (N, 8, 8, 1), uint8 from 0 to 255, and labels (N,) of a split.

    Raises:
        ImportError: If scikit-learn, which carries the scans, is not installed.
        ValueError: If the split does not exist.
    """
    parts = parse_split(split)
    check_split_names(parts, ["train", "test"], "digits")
    try:
        import sklearn.datasets
    except ImportError as error:
        raise ImportError(
            "The digits come with scikit-learn, which is not installed: "
            'pip install "keras-vit-swin[data]"'
        ) from error
    bunch = sklearn.datasets.load_digits()
    images = np.round(bunch.images * (255 / 16)).astype("uint8")[..., None]
    labels = bunch.target.astype("int64")
    is_test = _is_test(labels)
    rows = {"train": np.flatnonzero(~is_test), "test": np.flatnonzero(is_test)}
    chosen = np.concatenate(
        [rows[part.name][list(part.indices(len(rows[part.name])))] for part in parts]
    )
    if not chosen.size:
        raise ValueError(f"The split {split!r} of digits is empty: take more of it.")
    return images[chosen], labels[chosen]


def _is_test(labels: np.ndarray) -> np.ndarray:
    is_test = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        is_test[np.flatnonzero(labels == label)[TEST_EVERY - 1 :: TEST_EVERY]] = True
    return is_test


def digits_source(split: str, num_classes: int | None = None) -> Source:
    """Return the source for a split of the digits."""
    images, labels = load_digits(split)
    classes = num_classes or len(CLASS_NAMES)
    return array_source(images, labels, num_classes=classes)
