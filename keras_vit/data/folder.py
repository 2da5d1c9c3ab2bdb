"""A folder with one sub-folder of image files for each class, as a source."""

import os
import warnings
from pathlib import Path

import numpy as np
import tensorflow as tf

from keras_vit.data.caching import digest_of_files
from keras_vit.data.folder_layout import Classes, find_layout
from keras_vit.data.picture_files import has_pictures, pictures
from keras_vit.data.source import Source, check_num_classes
from keras_vit.data.splits import parse_split


def folder_source(
    root: str | Path, split: str = "train", num_classes: int | None = None
) -> Source:
    """Return the source for `root/class/image.jpg` or `root/split/class/image.jpg`.

    Classes are sorted by name, files within them too. A folder without sub-folders for
    splits is one split, "train". Slices such as "train[:80%]" and "train[80%:]" divide
    the files of each class by a fixed shuffle, so that every class is in both.

    Raises:
        ValueError: If the folder, the split, a class or an image is missing or empty,
            or if the pictures lie in another way.
    """
    root = Path(root).expanduser()
    parts = parse_split(split)
    layout = find_layout(root)
    names = [layout.find(part.name) for part in parts]
    files: list[str] = []
    labels: list[int] = []
    for name, part in zip(names, parts, strict=True):
        some_files, some_labels = _files(layout.splits[name], layout.class_names)
        rows = part.stratified(some_labels)
        files += [some_files[row] for row in rows]
        labels += [some_labels[row] for row in rows]
    if not files:
        raise ValueError(f"The split {split!r} of {root} is empty: take more of it.")
    for name in dict.fromkeys(names):
        _warn_of_others(root, layout.splits[name])
    # Bytes, since names need not be text: the system decides how they are coded.
    paths = [os.fsencode(file) for file in files]
    return Source(
        records=tf.data.Dataset.from_tensor_slices((paths, np.array(labels, "int64"))),
        load=tf.io.read_file,
        name=_as_text,
        num_classes=check_num_classes(
            num_classes, len(layout.class_names), f"the folder {root}"
        ),
        record_bytes=max(map(len, paths)),
        is_encoded=True,
        identity=lambda: digest_of_files(paths, labels),
    )


def folder_class_names(root: Path) -> tuple[str, ...]:
    r"""Return the sorted names of the class sub-folders, in the order of the labels.

    Bytes of a name that are no text are written as in "caf\xe9", fit to be printed.

    Raises:
        ValueError: If there are none.
    """
    names = find_layout(root).class_names
    return tuple(os.fsencode(n).decode("utf-8", "backslashreplace") for n in names)


def _as_text(path: tf.Tensor) -> tf.Tensor:
    """Return a path as an error can hold it."""
    return tf.strings.unicode_transcode(path, "UTF-8", "UTF-8", errors="replace")


def _files(
    classes: Classes, class_names: tuple[str, ...]
) -> tuple[list[str], list[int]]:
    files: list[str] = []
    labels: list[int] = []
    for label, name in enumerate(class_names):
        folders = classes.get(name, [])
        found = sorted(file for folder in folders for file in pictures(folder))
        if folders and not found:
            raise ValueError(
                f"The class folder {folders[0]} holds no images. Expected files that "
                "TensorFlow or Pillow reads, such as .jpg, .png, .webp or .tif; take "
                "the folder away if the class is not meant to be there."
            )
        files += found
        labels += [label] * len(found)
    return files, labels


def _warn_of_others(root: Path, classes: Classes) -> None:
    """Say which folder holds pictures beside the class folders."""
    folder = next(iter(classes.values()))[0].parent
    for place in (folder, *folder.parents):
        if has_pictures(place):
            warnings.warn(
                f"{place} holds pictures beside its sub-folders. They are left out, as "
                "they lie in no class.",
                stacklevel=4,
            )
        if place == root:
            break
