"""A row in a backend's table of faster ways."""

from collections.abc import Callable
from typing import NamedTuple


class Override(NamedTuple):
    """A function that computes what the definition of an operation computes.

    Attributes:
        operation: str, name of the definition in `definitions.py`.
        function: takes what the definition takes.
        applies: function of the first tensor and of `training` that tells whether this
            way is there for it, and faster.
        gain: str, what `make operations` measured.
    """

    operation: str
    function: Callable
    applies: Callable[..., bool]
    gain: str
