"""What to say of a folder that is not there, or whose pictures lie in another way."""

import difflib
import os
from pathlib import Path

from keras_vit.data.folder_tree import draw, likely_root
from keras_vit.data.picture_files import visible

EXPECTED = "Expected a folder with one sub-folder of images for each class"


def check_is_folder(root: Path) -> None:
    """Raise ValueError unless there is such a folder."""
    if root.is_dir():
        return
    if root.exists():
        raise ValueError(
            f"{root} is a file, not a folder. {EXPECTED}: unpack an archive first, and "
            "pass what came out of it."
        )
    raise ValueError(f"There is no folder {root}. {EXPECTED}. {nearby(root)}")


def nearby(path: str | Path) -> str:
    """Say in one sentence what lies where a missing folder was looked for."""
    path = Path(os.path.abspath(Path(path).expanduser()))
    parent = next((p for p in path.parents if p.is_dir()), Path(path.anchor))
    missing = path.relative_to(parent).parts[0]
    try:
        names = [entry.name for entry in visible(parent)[0]]
    except OSError as error:
        return f"{parent} cannot be looked into: {error.strerror}."
    by_lower = {name.lower(): name for name in names}
    close = difflib.get_close_matches(missing.lower(), by_lower, n=3)
    if close:
        paths = [str(parent / by_lower[name]) for name in close]
        return f"Did you mean {' or '.join(paths)}?"
    listed = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
    return f"{parent} has {f'the folders {listed}' if names else 'no folders'}."


def no_classes(root: Path) -> str:
    """Say that no folder of a folder is a class."""
    if visible(root)[0]:
        return _drawn(root, f"The folder {root} has no folder for each class")
    inside = "has no sub-folders" if any(root.iterdir()) else "is empty"
    return (
        f"The folder {root} {inside}. Expected one sub-folder of images for each "
        f"class, such as {root / 'cat' / 'first.jpg'}."
    )


def no_class(root: Path, folder: Path) -> str:
    """Say that a folder cannot be a class, with a drawing."""
    return _drawn(root, f"{folder} is no folder of one class's pictures")


def _drawn(root: Path, problem: str) -> str:
    likely = likely_root(root)
    hint = f", perhaps {likely}" if likely and likely != str(root) else ""
    return (
        f"{problem}:\n\n{draw(root)}\n\n"
        "Expected root/class/picture, or root/split/class/picture with splits such as "
        f"train, val and test. Pass the folder that holds the class folders{hint}, or "
        "move what is no class out of it."
    )
