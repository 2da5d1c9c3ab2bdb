"""Arguments as users hand them over, read as plain Python values or refused.

NumPy's numbers and lengths of any array count as numbers, lists and arrays as tuples.
Each message says what was received, what was expected and how to mend it.
"""

import math
import operator
from collections.abc import Mapping, Sequence, Set
from typing import Any

import keras
import numpy as np


def integer(value: Any, name: str, minimum: int = 1) -> int:
    """Read a whole number, also NumPy's or a tensor's."""
    if not is_integer(value) or operator.index(value) < minimum:
        kind = "a positive int" if minimum == 1 else f"an int of at least {minimum}"
        raise ValueError(f"`{name}` should be {kind}. Received: {name}={value!r}")
    return operator.index(value)


def integers(value: Any, name: str, minimum: int = 1) -> tuple[int, ...]:
    """Read whole numbers in any sequence, also an array, as a tuple."""
    values = items(value)
    if not values or not all(is_integer(v) and v >= minimum for v in values):
        raise ValueError(
            f"`{name}` should be ints, each at least {minimum}, as in (2, 2). "
            f"Received: {name}={value!r}"
        )
    return tuple(operator.index(v) for v in values)


def pair(value: Any, name: str, minimum: int = 1) -> tuple[int, int]:
    """Read an int or two ints as (rows, columns)."""
    values = (value, value) if is_integer(value) else items(value)
    if len(values) != 2 or not all(is_integer(v) and v >= minimum for v in values):
        raise ValueError(
            f"`{name}` should be an int or a pair of ints (rows, columns), each at "
            f"least {minimum}. Received: {name}={value!r}"
        )
    return operator.index(values[0]), operator.index(values[1])


def number(value: Any, name: str, minimum: float = -math.inf) -> float:
    """Read a finite number, also NumPy's or a tensor's."""
    fits = is_number(value) and math.isfinite(value) and float(value) >= minimum
    if not fits:
        least = f" of at least {minimum:g}" if minimum > -math.inf else ""
        raise ValueError(
            f"`{name}` should be a finite number{least}. Received: {name}={value!r}"
        )
    return float(value)


def rate(value: Any, name: str) -> float:
    """Read a rate r, 0 <= r < 1."""
    if not is_number(value) or not 0 <= float(value) < 1:
        raise ValueError(
            f"`{name}` is the fraction that is dropped and should be at least 0 "
            f"and below 1. Received: {name}={value!r}"
        )
    return float(value)


def flag(value: Any, name: str) -> bool:
    """Read True or False, also NumPy's, 1 or 0."""
    if not isinstance(value, bool | np.bool_) and not (
        is_integer(value) and value in (0, 1)
    ):
        raise ValueError(
            f"`{name}` should be True or False. Received: {name}={value!r}"
        )
    return bool(value)


def initializer(value: Any, name: str) -> str | keras.initializers.Initializer:
    """Read what `keras.initializers.get` finds, also a saved one's configuration."""
    usable = isinstance(value, str | dict | keras.initializers.Initializer)
    try:
        known = usable and keras.initializers.get(value)
    except (ValueError, TypeError):
        known = None
    if not callable(known):
        raise ValueError(
            f"`{name}` should be a name of keras.initializers such as 'zeros', an "
            f"initializer, or None. Received: {name}={value!r}"
        )
    return str(value) if isinstance(value, str) else known


def is_integer(value: Any) -> bool:
    """Whether a value is one whole number, NumPy's and tensors too, but no bool."""
    try:
        operator.index(value)
    except (TypeError, AttributeError):  # TensorFlow's tensors raise the second
        return False
    return not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """Whether a value is one real number, NumPy's and tensors too, but no bool."""
    if isinstance(value, bool | np.bool_ | str | bytes):
        return False
    if getattr(value, "ndim", 0) != 0:
        return False
    try:
        float(value)
    except (TypeError, ValueError, OverflowError):
        return False
    return True


def items(value: Any) -> tuple:
    """What a list, a tuple or an array holds, in order; nothing for anything else."""
    if isinstance(value, str | bytes | Mapping | Set):
        return ()
    try:
        return tuple(value)
    except (TypeError, NotImplementedError):  # one number, or a symbolic tensor
        return ()


def check_positive(**values) -> None:
    """Each keyword should be an int of at least 1."""
    for name, value in values.items():
        integer(value, name)


def check_rate(**values) -> None:
    """Each keyword should be a rate r, 0 <= r < 1."""
    for name, value in values.items():
        rate(value, name)


def check_choice(name: str, value, choices: Sequence) -> None:
    """The value should be one of the choices: strings, and None perhaps."""
    if not isinstance(value, str | None) or value not in choices:
        names = ", ".join(repr(choice) for choice in choices)
        raise ValueError(f"`{name}` should be one of {names}. Received: {value!r}")


def check_divisible(hidden_dim: int, num_heads: int) -> None:
    """Each head should get the same share of `hidden_dim`."""
    if hidden_dim % num_heads:
        raise ValueError(
            "`hidden_dim` (the last axis of the input) should be divisible by "
            f"`num_heads`, so that each head gets as many channels. Received: "
            f"hidden_dim={hidden_dim}, num_heads={num_heads}. Choose num_heads among "
            f"{[n for n in range(1, hidden_dim + 1) if hidden_dim % n == 0]}."
        )


def window_and_shift(window_size, shift_size) -> tuple[tuple[int, int], ...]:
    """Read both as (rows, columns); windows are shifted by less than their sides."""
    windows = pair(window_size, "window_size")
    shifts = pair(shift_size, "shift_size", minimum=0)
    if any(shift >= window for window, shift in zip(windows, shifts, strict=True)):
        raise ValueError(
            "`shift_size` should be below `window_size` along each axis (the paper: "
            f"half of it). Received: shift_size={shift_size}, "
            f"window_size={window_size}"
        )
    return windows, shifts


def check_rank(layer, input_shape, axes: str) -> None:
    """Hold the shape that a layer is built for, and each later one, against its axes.

    Args:
        layer: the layer that asks, named in the message.
        input_shape: the shape that it was given.
        axes: what is expected, as in "(..., tokens, hidden_dim)". Axes after the
            ellipsis have to be there; the last has to be known, and stays as it is.
    """
    expected = [axis.strip() for axis in axes.strip("()").split(",")][1:]
    if len(input_shape) < len(expected) + 1 or input_shape[-1] is None:
        raise ValueError(
            f"{type(layer).__name__} ('{layer.name}') expects an input of shape "
            f"{axes} with at least one batch axis and a known last axis. Received: "
            f"input_shape={tuple(input_shape)}"
        )
    layer.input_spec = keras.layers.InputSpec(
        min_ndim=len(expected) + 1, axes={-1: input_shape[-1]}
    )
