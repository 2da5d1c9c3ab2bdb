"""What counts as a number here: Python's or NumPy's, but no boolean."""

from numbers import Integral, Real
from typing import Any

import numpy as np

LARGEST = 2**63 - 1  # of the whole numbers that TensorFlow can hold


def plain(value: Any) -> Any:
    """Return a value as Python has it: numbers and tuples for arrays and tensors.

    What cannot be turned into an array comes back as it is, and fails the check that it
    is meant for.
    """
    if hasattr(value, "__array__"):
        try:
            value = np.asarray(value).tolist()
        except Exception:  # of a dozen kinds of tensor, each has its own
            return value
    return tuple(map(plain, value)) if isinstance(value, list | tuple) else value


def is_number(value: Any) -> bool:
    """Whether `value` is a real number."""
    return isinstance(value, Real) and not isinstance(value, bool)


def is_count(value: Any) -> bool:
    """Whether `value` is a whole number above zero."""
    return (
        is_number(value) and isinstance(value, Integral) and 1 <= int(value) <= LARGEST
    )


def is_within(value: Any, low: float, high: float) -> bool:
    """Whether `value` is a number from `low` to `high`."""
    return is_number(value) and low <= value <= high


def as_count(name: str, value: Any) -> int:
    """Return a whole number above zero as an int, or raise ValueError."""
    number = plain(value)
    if not is_count(number):
        raise ValueError(
            f"{name} must be a whole number above zero. Received: {name}={value!r}"
        )
    return int(number)


def as_flag(name: str, value: Any) -> bool:
    """Return True or False, or raise ValueError. A text is neither."""
    flag = plain(value)
    if not isinstance(flag, bool | int) or flag not in (True, False):
        raise ValueError(f"{name} must be True or False. Received: {name}={value!r}")
    return bool(flag)


def check_counts(**counts: Any) -> None:
    """Raise ValueError unless each is a whole number above zero."""
    for name, value in counts.items():
        as_count(name, value)
