"""Checks of arguments that several layers and models share.

Each message says what was received, what was expected and how to mend it.
"""

from collections.abc import Sequence

import numpy as np


def pair(value: int | Sequence[int], name: str, minimum: int = 1) -> tuple[int, int]:
    """Read an int or two ints, also NumPy's, as (rows, columns)."""
    array = np.asarray(value, dtype=object)
    values = array.tolist() if array.ndim else [array.item()] * 2
    if len(values) != 2 or not all(is_integer(v) and v >= minimum for v in values):
        raise ValueError(
            f"`{name}` should be an int or a pair of ints (rows, columns), each at "
            f"least {minimum}. Received: {name}={value!r}"
        )
    return int(values[0]), int(values[1])


def is_integer(value) -> bool:
    """Whether a value is a whole number (NumPy's too, but not a bool)."""
    return hasattr(value, "__index__") and not isinstance(value, bool)


def check_positive(**values) -> None:
    """Each keyword should be an int of at least 1."""
    for name, value in values.items():
        if not is_integer(value) or value < 1:
            raise ValueError(
                f"`{name}` should be a positive int. Received: {name}={value!r}"
            )


def check_rate(**values) -> None:
    """Each keyword should be a rate r, 0 <= r < 1."""
    for name, value in values.items():
        if not isinstance(value, int | float) or not 0 <= value < 1:
            raise ValueError(
                f"`{name}` is the fraction that is dropped and should be at least 0 "
                f"and below 1. Received: {name}={value!r}"
            )


def check_choice(name: str, value, choices: Sequence) -> None:
    """The value should be one of the choices."""
    if value not in choices:
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


def check_rank(layer, input_shape, axes: str) -> None:
    """The input should have at least the axes named, the last ones static.

    Args:
        layer: the layer that asks, named in the message.
        input_shape: the shape that it was given.
        axes: what is expected, as in "(..., tokens, hidden_dim)". Axes after the
            ellipsis have to be there; the last has to be known.
    """
    expected = [axis.strip() for axis in axes.strip("()").split(",")][1:]
    if len(input_shape) < len(expected) + 1 or input_shape[-1] is None:
        raise ValueError(
            f"{type(layer).__name__} ('{layer.name}') expects an input of shape "
            f"{axes} with at least one batch axis and a known last axis. Received: "
            f"input_shape={tuple(input_shape)}"
        )


def check_static_map(layer, input_shape) -> None:
    """A feature map's height and width should be known when the layer is built."""
    check_rank(layer, input_shape, "(..., height, width, channels)")
    if None in tuple(input_shape)[-3:]:
        raise ValueError(
            f"{type(layer).__name__} ('{layer.name}') needs a known height and width, "
            "since windows and masks are laid out when it is built. Received: "
            f"input_shape={tuple(input_shape)}. Give `keras.Input` a full shape, as "
            "in (224, 224, 3)."
        )
