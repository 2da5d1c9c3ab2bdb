"""Arguments as people pass them: Python's numbers, NumPy's, or a backend's."""

from numbers import Integral, Real
from typing import Any

import keras
import numpy as np

LARGEST = 2**63 - 1  # of the whole numbers that TensorFlow can hold


def as_array(name: str, value: Any) -> np.ndarray:
    """Return what NumPy makes of a value, be it a list or any backend's tensor.

    Raises:
        ValueError: If it makes nothing of it.
    """
    try:
        if keras.ops.is_tensor(value):
            value = keras.ops.convert_to_numpy(value)
        return np.asarray(value)
    except Exception as error:  # each library has its own
        raise ValueError(
            f"{name} must be a NumPy array, or what NumPy makes one of. Received "
            f"{short(value)}, of which it says: {error}"
        ) from error


def plain(value: Any) -> Any:
    """Return numbers and tuples for arrays and tensors, anything else as it is."""
    if hasattr(value, "__array__"):
        value = as_array("The value", value).tolist()
    return tuple(map(plain, value)) if isinstance(value, list | tuple) else value


def short(value: Any) -> str:
    """Return a value's type and the beginning of what it looks like."""
    text = " ".join(repr(value).split())
    return f"{type(value).__name__} {text if len(text) <= 80 else text[:77] + '...'}"


def is_number(value: Any) -> bool:
    """Whether `value` is a real number, and no boolean."""
    return isinstance(value, Real) and not isinstance(value, bool)


def is_count(value: Any) -> bool:
    """Whether `value` is a whole number above zero."""
    whole = is_number(value) and isinstance(value, Integral)
    return whole and 1 <= int(value) <= LARGEST


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
    """Return True or False, or raise ValueError: a text is neither."""
    flag = plain(value)
    if not isinstance(flag, bool | int) or flag not in (True, False):
        raise ValueError(f"{name} must be True or False. Received: {name}={value!r}")
    return bool(flag)


def check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    """Raise ValueError unless `value` is one of `choices`."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(
            f"{name} must be one of {', '.join(map(repr, choices))}. "
            f"Received: {name}={value!r}"
        )
