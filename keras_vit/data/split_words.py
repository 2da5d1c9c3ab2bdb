"""The names that people give to the folders of their splits."""

import re

WORDS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "validating": "validation",
    "dev": "development",
    "development": "development",
    "eval": "evaluation",
    "evaluation": "evaluation",
    "test": "test",
    "testing": "test",
}
# What is often written to the word, or stands for nothing but "here are the images".
FILLERS = ("dataset", "set", "data", "images", "image", "imgs", "img")
IMAGES = frozenset(
    ("images", "image", "imgs", "img", "jpegimages", "jpg", "jpeg", "png")
)

# "seg_train", "TrainingSet", "test2017": words begin at a sign, a digit or a capital.
LETTERS = re.compile(r"[^\W\d_]+")
CAPITALS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def split_word(name: str) -> str | None:
    """Return "train", "validation", "test" and so on, or None if a name says no split.

    Case does not matter, nor does what else is in the name: "Train", "seg_train" and
    "training_set" are "train". A name with two such words, as "train_val", is none.
    """
    runs = LETTERS.findall(name)
    words = {*runs, *(word for run in runs for word in CAPITALS.findall(run))}
    found = {
        meaning for word in words for meaning in [_meaning(word.lower())] if meaning
    }
    return found.pop() if len(found) == 1 else None


def _meaning(word: str) -> str | None:
    for filler in FILLERS:
        word = word.removesuffix(filler) or word
    return WORDS.get(word)


def holds_images(name: str) -> bool:
    """Whether a folder's name says "images" and therefore names no class."""
    return name.lower() in IMAGES
