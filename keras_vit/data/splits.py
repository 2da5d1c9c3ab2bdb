"""Parts of a set by name, as TFDS writes them: "train", "train[:80%]", "train+test"."""

import dataclasses
import re
from collections.abc import Sequence

import numpy as np

PART = re.compile(r"(?P<name>\w+)(\[(?P<start>-?\d+%?)?:(?P<stop>-?\d+%?)?\])?")


@dataclasses.dataclass(frozen=True)
class Part:
    """One named split, whole or sliced. Bounds are as written: "10", "-10", "80%"."""

    name: str
    start: str | None = None
    stop: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is cut off."""
        return self.start is None and self.stop is None

    def indices(self, size: int) -> range:
        """Return the rows that the slice takes of a split with `size` rows."""
        start = 0 if self.start is None else _position(self.start, size)
        stop = size if self.stop is None else _position(self.stop, size)
        return range(size)[start:stop]

    def stratified(self, labels: Sequence[int]) -> list[int]:
        """Return the rows that the slice takes of every class, in rising order.

        Each class is shuffled in a fixed way and spread evenly over an order of all
        rows, which is cut. So parts that share no percentage or number overlap nowhere
        and miss nothing, and have their share of every class, to one row. Where a
        percentage would leave none of a class of two rows or more on one side of the
        cut, one row changes sides.
        """
        classes = np.asarray(labels, dtype="int64")
        sizes = np.bincount(classes)
        ranks = _ranks(classes, sizes)
        order = np.lexsort((classes, (ranks + 0.5) / sizes[classes]))
        start = _counts(self.start or "0", classes[order], sizes)
        stop = _counts(self.stop or "100%", classes[order], sizes)
        taken = (start[classes] <= ranks) & (ranks < stop[classes])
        return np.flatnonzero(taken).tolist()


def _ranks(classes: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return the place of each row within its class, shuffled."""
    ranks = np.zeros(len(classes), dtype="int64")
    for label, size in enumerate(sizes):
        # RandomState's stream is frozen for good, so that a slice never changes.
        ranks[classes == label] = np.random.RandomState(0).permutation(size)
    return ranks


def _counts(bound: str, ordered: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return how many rows of each class lie before a bound."""
    before = range(len(ordered))[: _position(bound, len(ordered))]
    counts = np.bincount(ordered[: len(before)], minlength=len(sizes))
    if bound.endswith("%") and 0 < abs(int(bound[:-1])) < 100:
        return np.where(sizes > 1, np.clip(counts, 1, sizes - 1), counts)
    return counts


def _position(bound: str, size: int) -> int:
    """Turn "80%" into rows (the nearest whole one, as in TFDS), "10" into 10."""
    if bound.endswith("%"):
        percent = int(bound[:-1])
        if abs(percent) > 100:
            raise ValueError(
                f"A split cannot be cut at {bound}: expected at most 100%."
            )
        return round(percent * size / 100)
    return int(bound)


def parse_split(split: str) -> list[Part]:
    """Read a split such as "train", "train[:80%]", "train[100:]" or "train+test".

    Raises:
        ValueError: If it is written in any other way.
    """
    matches = [PART.fullmatch(part.strip()) for part in str(split).split("+")]
    if not all(matches):
        raise ValueError(
            "split must be written as TFDS does: 'train', 'train[:80%]', "
            f"'train[100:]' or 'train+test'. Received: split={split!r}"
        )
    return [Part(m["name"], m["start"], m["stop"]) for m in matches if m]


def check_split_names(parts: list[Part], existing: list[str], what: str) -> None:
    """Raise ValueError if a part names a split that does not exist."""
    for part in parts:
        if part.name not in existing:
            raise ValueError(
                f"{what} has no split {part.name!r}. It has: {', '.join(existing)}. "
                "Parts of one are written as 'train[:80%]' and 'train[80%:]'."
            )
