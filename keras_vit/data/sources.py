"""From whatever the user has to a Source."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from keras_vit.data.arrays import array_source, as_arrays
from keras_vit.data.digits import CLASS_NAMES, digits_source
from keras_vit.data.folder import folder_class_names, folder_source
from keras_vit.data.ranges import short
from keras_vit.data.source import Source
from keras_vit.data.streams import stream_source
from keras_vit.data.text_labels import label_names
from keras_vit.data.tfds import tfds_class_names, tfds_source

EXPECTED = (
    "Expected the name of a TFDS set such as 'cifar10', or 'digits'; a folder with one "
    "sub-folder of images for each class; arrays: images, (images, labels) or (images, "
    "labels, sample weights); or a tf.data.Dataset of such, one at a time "
    "(tf.data.Dataset.from_generator makes one of a Python generator)."
)


def open_source(
    source: Any,
    split: str,
    num_classes: int | None,
    shuffle: bool,
    seed: int | None,
    class_names: tuple | None = None,
    training: bool = False,
) -> Source:
    """Return the Source for any of the things that `image_batches` takes.

    Args:
        source: One of them.
        split: The part of it.
        num_classes: How many classes there are, None to find out.
        shuffle: Whether the files of a TFDS set may come in any order.
        seed: Of that order.
        class_names: Of labels that are texts.
        training: Whether a model will learn from it.

    Raises:
        ValueError: If `source` is none of them, or not as it should be.
    """
    source, split = as_text(source), as_text(split)
    if isinstance(source, str | Path):
        if class_names is not None:
            raise ValueError(
                "class_names are for the labels of arrays and tf.data.Datasets: "
                f"{source!r} has names of its own. Leave them out."
            )
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
        return stream_source(source, num_classes, class_names)
    arrays = as_arrays(source)
    if arrays is None:
        raise ValueError(f"{EXPECTED} Received: {short(source)}")
    return array_source(*arrays, num_classes, class_names, training)


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


def class_names(source: Any) -> tuple[str, ...]:
    """Return the names of a source's classes, in the order of its labels.

    Args:
        source: The name of a set ("digits", or any in TFDS), a folder of class
            sub-folders, or arrays (images, labels) whose labels are texts: these are
            sorted. Nothing is downloaded; a few TFDS sets (CIFAR-10) bring their names
            with them, and have numbers for names until they are there.

    Returns:
        A tuple of str; its length is the `classes` that a model needs.

    Raises:
        ValueError: If the source carries no names, as labels that are numbers do not.

    Example:
    ```python
    import keras_vit

    names = keras_vit.data.class_names("digits")
    print(len(names), names[3])  # 10 3
    ```
    """
    source = as_text(source)
    if not isinstance(source, str | Path):
        arrays = None if isinstance(source, tf.data.Dataset) else as_arrays(source)
        names = None if arrays is None or arrays[1] is None else label_names(arrays[1])
        if names is None:
            raise ValueError(
                "Only data sets by name, folders, and arrays (images, labels) whose "
                "labels are texts carry the names of their classes. Received: "
                f"{short(source)}"
            )
        return names
    if is_folder(source):
        return folder_class_names(Path(source).expanduser())
    if source == "digits":
        return CLASS_NAMES
    return tfds_class_names(str(source))
