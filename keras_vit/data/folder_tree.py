"""A folder drawn as a tree, for errors about how its pictures lie."""

import itertools
from pathlib import Path

from keras_vit.data.picture_files import has_pictures, is_picture, visible

DEPTH = 3
WIDTH = 4


def draw(root: str | Path) -> str:
    """Return a few lines that show the folders of a folder, and what they hold."""
    return "\n".join([f"{str(root)}{_holds(root)}", *_branches(root, DEPTH)])


def _branches(folder: str | Path, depth: int) -> list[str]:
    inside = visible(folder)[0] if depth else []
    rest = len(inside) - WIDTH
    shown = inside if rest <= 1 else inside[:WIDTH]
    lines = []
    for i, inner in enumerate(shown):
        last = i == len(inside) - 1
        lines.append(f"{'└──' if last else '├──'} {inner.name}{_holds(inner.path)}")
        stem = "    " if last else "│   "
        lines += [stem + line for line in _branches(inner.path, depth - 1)]
    if len(shown) < len(inside):
        lines.append(f"└── ... and {rest} more folders")
    return lines


def _holds(folder: str | Path) -> str:
    count = sum(map(is_picture, visible(folder)[1]))
    return f" ({count} picture{'s' * (count > 1)})" if count else ""


def likely_root(root: str | Path) -> str | None:
    """Return the first folder, from above, with two sub-folders of pictures or more."""
    level = [str(root)]
    for _ in range(DEPTH):
        inside = [[inner.path for inner in visible(folder)[0]] for folder in level]
        for folder, inner in zip(level, inside, strict=True):
            if len(inner) > 1 and all(map(has_pictures, inner[:2])):
                return folder
        level = list(itertools.chain(*inside))[:50]  # a hint is not worth a long search
    return None
