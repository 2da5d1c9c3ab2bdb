"""Which function computes an operation here: the definition, or a faster one.

This is the only file below `models/` that asks which backend there is. Each backend has
a table of overrides, one row each; whoever deletes a row, or switches it off, gets what
`definitions.py` says.
"""

import contextlib
import os
from collections.abc import Callable, Iterator

import keras
from keras import ops

from keras_vit.operations import definitions
from keras_vit.operations.override import Override

if keras.backend.backend() == "jax":
    from keras_vit.operations import on_jax as here
elif keras.backend.backend() == "tensorflow":
    from keras_vit.operations import on_tensorflow as here  # type: ignore[no-redef]
elif keras.backend.backend() == "torch":
    from keras_vit.operations import on_torch as here  # type: ignore[no-redef]
else:
    here = definitions  # type: ignore[misc]

OVERRIDES: tuple[Override, ...] = here.OVERRIDES
ALL = frozenset({"rows", *(row.operation for row in OVERRIDES)})
Constant, has_values, has_hooks = here.Constant, here.has_values, here.has_hooks


def _named(names: tuple[str, ...]) -> frozenset[str]:
    unknown = set(names) - ALL
    if unknown:
        raise ValueError(
            f"There is no override of {sorted(unknown)} with the "
            f"{keras.backend.backend()} backend. Choose among {sorted(ALL)}, or name "
            "none to switch all of them off."
        )
    return frozenset(names) or ALL


def _of_environment() -> frozenset[str]:
    value = os.environ.get("KERAS_VIT_PLAIN", "")
    if value in ("", "0"):
        return frozenset()
    return ALL if value == "1" else ALL & set(value.split(","))


_switched_off = _of_environment()


@contextlib.contextmanager
def plain(*operations: str) -> Iterator[None]:
    """Compute by the definitions alone, without what is faster on this backend.

    To see whether a fault is in an override, and to export to a format whose converter
    knows only what the definitions are made of. `KERAS_VIT_PLAIN=1` in the environment
    does the same for a whole process. It holds for all threads. What a backend has
    compiled stays as it was compiled: compile, export or call a model for the first
    time within.

    Args:
        *operations: names of those to be switched off, such as `"gelu"`; all if none
            is given. `"rows"` is the layers' flattening of all axes but the last.

    Raises:
        ValueError: for a name that has no override with this backend.

    Example:

    ```python
    import keras
    from keras_vit import layers, operations

    block = layers.EncoderBlock(num_heads=3, mlp_dim=48)
    tokens = keras.random.normal((2, 5, 12))
    faster = block(tokens)
    with operations.plain():
        difference = keras.ops.max(keras.ops.abs(block(tokens) - faster))
    assert difference < 1e-5
    ```
    """
    global _switched_off
    before = _switched_off
    _switched_off = before | _named(operations)
    try:
        yield
    finally:
        _switched_off = before


def chosen(operation: str, x, training=None) -> Callable:
    """The first override that applies to tensors like x, or the definition."""
    if operation not in _switched_off:
        for row in OVERRIDES:
            if row.operation == operation and row.applies(x, training):
                return row.function
    return getattr(definitions, operation)


def on_rows(function: Callable, x, *others):
    """Call a function of (..., C) on a matrix (R, C), and give the axes back.

    The gradient by a kernel else sums over several axes, and XLA on a CPU copies both
    of its tensors in another order for it.
    """
    if len(x.shape) <= 2 or not here.FLATTENS or "rows" in _switched_off:
        return function(x, *others)
    *axes, channels = ops.shape(x)
    rows = function(ops.reshape(x, (-1, channels)), *others)
    return ops.reshape(rows, (*axes, rows.shape[-1]))
