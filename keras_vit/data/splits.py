"""Parts of a set by name, as TFDS writes them: "train", "train[:80%]", "train+test"."""

import dataclasses
import re

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
