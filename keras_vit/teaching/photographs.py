"""Photographs that come with scikit-image and scikit-learn: nothing is downloaded."""

from collections.abc import Sequence

import numpy as np

# name -> where it lies. Public domain or CC0, but for china and flower (CC BY 2.0).
SOURCES = {
    "astronaut": "skimage",
    "cat": "skimage",
    "coffee": "skimage",
    "rocket": "skimage",
    "retina": "skimage",
    "hubble_deep_field": "skimage",
    "immunohistochemistry": "skimage",
    "motorcycle": "skimage",
    "china": "sklearn",
    "flower": "sklearn",
    "moon": "skimage",
    "coins": "skimage",
    "camera": "skimage",
    "clock": "skimage",
}
PHOTOGRAPHS = tuple(SOURCES)


def photographs(names: Sequence[str] = PHOTOGRAPHS, size: int = 224) -> np.ndarray:
    """Real photographs, cut to squares and resized.

    They come with scikit-image and scikit-learn (`pip install scikit-image
    scikit-learn`): NASA's astronaut, a cat, a cup of coffee, a rocket and others.

    Args:
        names: of `PHOTOGRAPHS`.
        size: int, pixels of the square's sides.

    Returns:
        uint8 RGB of shape `(len(names), size, size, 3)`: the middle of each.

    Raises:
        ValueError: for another name.

    Example:

    ```python
    from keras_vit import teaching

    images = teaching.photographs(["cat", "coffee"], size=56)
    assert images.shape == (2, 56, 56, 3)
    ```
    """
    return np.stack([_square(photograph(name), size) for name in names])


def photograph(name: str) -> np.ndarray:
    """One photograph at its own size, uint8 RGB `(H, W, 3)`.

    Args:
        name: one of `PHOTOGRAPHS`.

    Raises:
        ValueError: for another name.

    Example:

    ```python
    from keras_vit import teaching

    assert teaching.photograph("cat").shape == (300, 451, 3)
    ```
    """
    if name not in SOURCES:
        raise ValueError(
            f"There is no photograph {name!r}. Choose among {', '.join(PHOTOGRAPHS)}."
        )
    if SOURCES[name] == "sklearn":
        from sklearn.datasets import load_sample_image

        return np.asarray(load_sample_image(f"{name}.jpg"))
    import skimage.data

    if name == "motorcycle":
        image = skimage.data.stereo_motorcycle()[0]  # the left one of a pair
    else:
        image = getattr(skimage.data, name)()
    return image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=-1)


def _square(image: np.ndarray, size: int) -> np.ndarray:
    """The middle of an image, resized by Pillow with antialiasing."""
    from PIL import Image

    side = min(image.shape[:2])
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    middle = Image.fromarray(image[top : top + side, left : left + side])
    return np.asarray(middle.resize((size, size), Image.Resampling.BICUBIC))
