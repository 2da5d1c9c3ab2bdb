"""A folder with one sub-folder of image files for each class, as a source."""

import os
from pathlib import Path

import numpy as np
import tensorflow as tf

from keras_vit.data import images
from keras_vit.data.source import Source, check_num_classes
from keras_vit.data.splits import Part, check_split_names, parse_split

EXTENSIONS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")


def folder_source(
    root: str | Path, split: str = "train", num_classes: int | None = None
) -> Source:
    """Return the source for `root/class/image.jpg` or `root/split/class/image.jpg`.

    Classes are sorted by name, files within them too. A folder without sub-folders for
    splits is one split, "train". Slices such as "train[:80%]" and "train[80%:]" divide
    the files by a fixed shuffle, so that every class is in both.

    Raises:
        ValueError: If the folder, the split, a class or an image is missing or empty.
    """
    root = Path(root).expanduser()
    parts = parse_split(split)
    folders = split_folders(root)
    check_split_names(parts, sorted(folders), f"The folder {root}")
    classes = folder_class_names(root)
    files: list[str] = []
    labels: list[int] = []
    for part in parts:
        some_files, some_labels = _files(folders[part.name], classes)
        rows = _rows(part, len(some_files))
        files += [some_files[row] for row in rows]
        labels += [some_labels[row] for row in rows]
    if not files:
        raise ValueError(f"The split {split!r} of {root} is empty: take more of it.")
    return Source(
        records=tf.data.Dataset.from_tensor_slices((files, np.array(labels, "int64"))),
        load=lambda file: images.decode(lambda: tf.io.read_file(file), file),
        name=lambda file: file,
        num_classes=check_num_classes(num_classes, len(classes), f"the folder {root}"),
        record_bytes=max(map(len, files)),
    )


def split_folders(root: Path) -> dict[str, Path]:
    """Return where each split of the folder lies.

    `root` is divided into splits if it has a sub-folder "train" (or "test", and so on)
    that itself has sub-folders.
    """
    if not root.is_dir():
        raise ValueError(
            f"There is no folder {root}. Expected a folder with one sub-folder of "
            "images for each class."
        )
    names = ("train", "val", "valid", "validation", "test")
    found = {name: root / name for name in names if _subfolders(root / name)}
    return found or {"train": root}


def folder_class_names(root: Path) -> tuple[str, ...]:
    """Return the sorted names of the class sub-folders.

    Raises:
        ValueError: If there are none.
    """
    folders = split_folders(root)
    # Every split must number its classes alike, so the names come from all of them.
    classes = {path.name for folder in folders.values() for path in _subfolders(folder)}
    if not classes:
        inside = "is empty" if not any(root.iterdir()) else "has no sub-folders"
        raise ValueError(
            f"The folder {root} {inside}. Expected one sub-folder of images for each "
            f"class, such as {root / 'cat' / 'first.jpg'}."
        )
    return tuple(sorted(classes))


def _subfolders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [p for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")]


def _files(folder: Path, classes: tuple[str, ...]) -> tuple[list[str], list[int]]:
    files: list[str] = []
    labels: list[int] = []
    for label, name in enumerate(classes):
        found = _image_files(folder / name)
        if not found and (folder / name).is_dir():
            raise ValueError(
                f"The class folder {folder / name} holds no images. Expected files "
                f"that end in {', '.join(EXTENSIONS)}; take the folder away if the "
                "class is not meant to be there."
            )
        files += found
        labels += [label] * len(found)
    return files, labels


def _image_files(folder: Path) -> list[str]:
    found = []
    for directory, _, names in os.walk(folder):
        for name in names:
            if name.lower().endswith(EXTENSIONS) and not name.startswith("."):
                file = os.path.join(directory, name)
                if os.path.getsize(file) == 0:
                    raise ValueError(f"{file} is empty: replace it or take it away.")
                found.append(file)
    return sorted(found)


def _rows(part: Part, size: int) -> list[int]:
    if part.is_whole:
        return list(range(size))
    # RandomState's stream is frozen for good, so that the division never changes.
    order = np.random.RandomState(0).permutation(size)
    return sorted(order[list(part.indices(size))].tolist())
