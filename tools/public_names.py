"""Every public name: a page of docs/api/ for each room, and the list that is kept.

python -m tools.public_names   # writes tests/public_names.txt, for a release
"""

import importlib
import pkgutil
from pathlib import Path

import keras_vit

KEPT = Path(__file__).parents[1] / "tests" / "public_names.txt"
# Rooms that hold up the public ones: what users need of them has a shorter name.
INNER = {"models", "operations", "weights"}
TITLES = {"models": "Models", "weights": "Weights and images"}
INTRODUCTIONS = {
    "models": "The published variants, and models of any size.",
    "weights": "Where weights come from, and how images go in and answers come out.",
}


def public_names() -> dict[str, list[str]]:
    """The full public names of each page, as users import them."""
    rooms = {
        room.name
        for room in pkgutil.iter_modules(keras_vit.__path__)
        if room.ispkg and room.name not in INNER
    }
    variants = set(keras_vit.applications.__all__)
    own = [name for name in keras_vit.__all__ if name not in {*rooms, "export"}]
    pages = {
        "models": [f"keras_vit.{name}" for name in own if name in variants],
        "weights": [f"keras_vit.{name}" for name in own if name not in variants],
    }
    for room in sorted(rooms):
        module = importlib.import_module(f"keras_vit.{room}")
        pages[room] = [f"keras_vit.{room}.{name}" for name in module.__all__]
    pages["deployment"][:0] = ["keras_vit.export"]  # its short name
    pages["operations"] = ["keras_vit.operations.plain"]
    return pages


def write_pages(folder: Path) -> None:
    """Write a page for each room, from which autosummary makes one for each name."""
    folder.mkdir(exist_ok=True)
    for page, names in public_names().items():
        title = TITLES.get(page, page.capitalize())
        text = INTRODUCTIONS.get(page) or _first_line(f"keras_vit.{page}")
        listed = "".join(f"   ~{name}\n" for name in names)
        (folder / f"{page}.rst").write_text(
            f"{title}\n{'=' * len(title)}\n\n{text}\n\n"
            f".. autosummary::\n   :toctree: reference\n   :nosignatures:\n\n{listed}",
            encoding="utf-8",
        )


def all_names() -> list[str]:
    """The full public names, in the order of the alphabet."""
    return sorted(name for names in public_names().values() for name in names)


def kept_names() -> list[str]:
    """The public names of the last list, which users may rely on."""
    return KEPT.read_text(encoding="utf-8").splitlines()


def _first_line(module: str) -> str:
    text = importlib.import_module(module).__doc__ or ""
    return f"``{module}``: {text[:1].lower()}{text[1:].partition(chr(10))[0]}"


if __name__ == "__main__":
    KEPT.write_text("\n".join(all_names()) + "\n", encoding="utf-8")
