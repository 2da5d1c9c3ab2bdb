"""From whatever the user has to a Source."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from keras_vit.data.arrays import array_source
from keras_vit.data.digits import CLASS_NAMES, digits_source
from keras_vit.data.folder import folder_class_names, folder_source
from keras_vit.data.source import Source
from keras_vit.data.streams import stream_source
from keras_vit.data.tfds import tfds_class_names, tfds_source

EXPECTED = (
    "Expected the name of a TFDS set such as 'cifar10', or 'digits'; a folder with one "
    "sub-folder of images for each class; a pair of arrays (images, labels); or a "
    "tf.data.Dataset of (image, label)."
)


def open_source(
    source: Any,
    split: str,
    num_classes: int | None,
    shuffle: bool,
    seed: int | None,
) -> Source:
    """Return the Source for any of the things that `image_batches` takes.

    Raises:
        ValueError: If `source` is none of them, or not as it should be.
    """
    source, split = as_text(source), as_text(split)
    if isinstance(source, str | Path):
        if is_folder(source):
            return folder_source(source, split, num_classes)
        if source == "digits":
            return digits_source(split, num_classes)
        return tfds_source(str(source), split, num_classes, shuffle, seed)
    if split != "train":
        raise ValueError(
            "Splits belong to data sets by name and to folders; arrays and "
            f"tf.data.Datasets are taken whole. Received: split={split!r}. Leave it "
            "out and pass the images that are meant."
        )
    if isinstance(source, tf.data.Dataset):
        return stream_source(source, num_classes)
    if isinstance(source, tuple | list) and len(source) == 2:
        return array_source(source[0], source[1], num_classes)
    raise ValueError(f"{EXPECTED} Received: {_short(source)}")


def as_text(value: Any) -> Any:
    """Return a name or path of any type as str or Path, anything else as it is."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, str | bytes):
        return str(os.fsdecode(value))
    return Path(os.fsdecode(value)) if isinstance(value, os.PathLike) else value


def is_folder(source: str | Path) -> bool:
    """Whether a source means a folder rather than the name of a set.

    TFDS names may hold a slash ("imagenet_resized/32x32"), so a slash alone says
    nothing; and "digits" is always the embedded set.
    """
    if isinstance(source, Path):
        return True
    if source == "digits":
        return False
    looks_so = (
        os.path.isabs(source)
        or source.startswith((".", "~"))
        or source.endswith("/")
        or "\\" in source
    )
    return looks_so or os.path.isdir(source)


def class_names(source: str | bytes | os.PathLike) -> tuple[str, ...]:
    """Return the names of a source's classes, in the order of its labels.

    Args:
        source: The name of a set ("digits", or any in TFDS), or a folder of class
            sub-folders. Nothing is downloaded; a few TFDS sets (CIFAR-10) bring their
            names with them, and have numbers for names until they are there.

    Returns:
        A tuple of str; its length is the `classes` that a model needs.

    Raises:
        ValueError: If the source carries no names, as arrays do not.

    Example:
    ```python
    import keras_vit

    names = keras_vit.data.class_names("digits")
    print(len(names), names[3])  # 10 3
    ```
    """
    source = as_text(source)
    if not isinstance(source, str | Path):
        raise ValueError(
            "Only data sets by name and folders carry the names of their classes. "
            f"Received: {_short(source)}"
        )
    if is_folder(source):
        return folder_class_names(Path(source).expanduser())
    if source == "digits":
        return CLASS_NAMES
    return tfds_class_names(str(source))


def _short(value: Any) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 80 else text[:77] + '...'}"
