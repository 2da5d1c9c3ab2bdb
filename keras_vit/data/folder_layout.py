"""How pictures lie in a folder: which sub-folders are splits, and which are classes.

    root/class/picture                  one split, "train"
    root/split/class/picture            "Train", "testing", "seg_train", "val", ...
    root/dataset/class/picture          and any other folder that holds one folder alone
    root/split/split/class/picture      as an archive unpacked into a folder of its name
    root/class/images/picture

Anything else is an error that draws the folder, rather than a guess.
"""

import dataclasses
import re
import unicodedata
from pathlib import Path

from keras_vit.data import folder_errors as errors
from keras_vit.data.picture_files import has_pictures, visible
from keras_vit.data.split_words import holds_images, split_word

Classes = dict[str, list[Path]]  # a class has one folder, or one for each spelling of é


@dataclasses.dataclass(frozen=True)
class Layout:
    """The class folders of each split of a folder."""

    root: Path
    splits: dict[str, Classes]
    unlabeled: tuple[Path, ...]

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes of all splits, sorted: each split must number them alike."""
        return tuple(sorted({name for split in self.splits.values() for name in split}))

    def find(self, asked: str) -> str:
        """Return the name of the split that a user asks for in any usual spelling.

        Raises:
            ValueError: If there is none, or there are several.
        """
        names = sorted(self.splits)
        alike = [name for name in names if name.lower() == asked.lower()]
        meaning = split_word(asked)
        found = [asked] if asked in names else alike
        if not found and meaning:
            found = [name for name in names if split_word(name) == meaning]
        if len(found) == 1:
            return found[0]
        if found:
            raise ValueError(
                f"The split {asked!r} of the folder {self.root} may be any of "
                f"{', '.join(map(repr, found))}: ask for one of these."
            )
        raise ValueError(
            f"The folder {self.root} has no split {asked!r}. It has: "
            f"{', '.join(names)}. {self._hint(asked)}"
        )

    def _hint(self, asked: str) -> str:
        for folder in self.unlabeled:
            if split_word(folder.name) == split_word(asked):
                return f"{folder} is none, as pictures in it lie in no class folder."
        return "Parts of one are written as 'train[:80%]' and 'train[80%:]'."


def find_layout(root: Path) -> Layout:
    """Find the splits and classes of a folder.

    Raises:
        ValueError: If there is no such folder, or its pictures lie in another way.
    """
    errors.check_is_folder(root)
    top = _descend(root, into_splits=False)
    inside = _subfolders(top)
    splits = {p: _classes(root, p) for p in inside if _is_split(p)}
    labeled = {_split_name(p): found for p, found in splits.items() if found}
    unlabeled = tuple(p for p in inside if split_word(p.name) and not splits.get(p))
    if not labeled:
        classes = _classes(root, top)
        if not classes:
            raise ValueError(errors.no_classes(root))
        labeled, unlabeled = {"train": classes}, ()
    _check_spelling(labeled)
    return Layout(root, labeled, unlabeled)


def _subfolders(folder: Path) -> list[Path]:
    return [Path(entry.path) for entry in visible(folder)[0]]


def _split_name(folder: Path) -> str:
    """Return the folder's name as `split` can be written."""
    return re.sub(r"\W+", "_", folder.name)


def _is_split(folder: Path) -> bool:
    return split_word(folder.name) is not None and _holds_folders_alone(folder)


def _holds_folders_alone(folder: Path) -> bool:
    """Whether no picture lies here, and not in a folder named "images" here either."""
    return not has_pictures(folder) and any(
        not holds_images(inner.name) or _holds_folders_alone(inner)
        for inner in _subfolders(folder)
    )


def _holds_classes_too(folder: Path) -> bool:
    """Whether pictures lie right here and in several sub-folders as well."""
    return has_pictures(folder) and sum(map(has_pictures, _subfolders(folder))) > 1


def _descend(folder: Path, into_splits: bool) -> Path:
    """Follow folders that hold one folder alone, as far as that is no class."""
    while True:
        inside = _subfolders(folder)
        if len(inside) != 1 or not _holds_folders_alone(inside[0]):
            return folder
        if _is_split(inside[0]) and not into_splits:
            return folder
        folder = inside[0]


def _classes(root: Path, folder: Path) -> Classes | None:
    """Return the class folders of a split, or None if its pictures lie in none."""
    folders = _subfolders(_descend(folder, into_splits=True))
    words = [split_word(p.name) for p in folders]
    if all(words) and len(set(words)) == len(words):
        return None  # no folders, or "train/train/1.jpg", or "train/1.jpg, test/2.jpg"
    classes: Classes = {}
    for path in folders:
        doubtful = len(folders) == 1 or split_word(path.name)
        if (
            _holds_folders_alone(path)
            or holds_images(path.name)
            or (doubtful and _holds_classes_too(path))
        ):
            raise ValueError(errors.no_class(root, path))
        # macOS writes é as two letters, Linux as it was typed, mostly as one.
        classes.setdefault(unicodedata.normalize("NFC", path.name), []).append(path)
    return classes


def _check_spelling(splits: dict[str, Classes]) -> None:
    """Raise ValueError if two splits write a class in upper and in lower case."""
    spellings: dict[str, dict[str, Path]] = {}
    for classes in splits.values():
        for name, folders in classes.items():
            spellings.setdefault(name.casefold(), {})[name] = folders[0]
    for same in spellings.values():
        together = any(
            len(same.keys() & classes.keys()) > 1 for classes in splits.values()
        )
        if len(same) > 1 and not together:  # together they are letters, "a" and "A"
            raise ValueError(
                f"The splits write one class in {len(same)} ways: "
                f"{', '.join(map(str, same.values()))}. Give these folders one name."
            )
