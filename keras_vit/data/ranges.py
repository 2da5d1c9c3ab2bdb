"""What counts as a number here: Python's or NumPy's, but no boolean."""

from numbers import Integral, Real
from typing import Any


def is_number(value: Any) -> bool:
    """Whether `value` is a real number."""
    return isinstance(value, Real) and not isinstance(value, bool)


def is_count(value: Any) -> bool:
    """Whether `value` is a whole number above zero."""
    return is_number(value) and isinstance(value, Integral) and int(value) >= 1


def is_within(value: Any, low: float, high: float) -> bool:
    """Whether `value` is a number from `low` to `high`."""
    return is_number(value) and low <= value <= high


def check_counts(**counts: Any) -> None:
    """Raise ValueError unless each is a whole number above zero."""
    for name, value in counts.items():
        if not is_count(value):
            raise ValueError(
                f"{name} must be a whole number above zero. Received: {name}={value!r}"
            )
