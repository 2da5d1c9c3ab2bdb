"""Learned positions of a checkpoint are made to fit a model's grid and prefix."""

import math
from dataclasses import dataclass, field

import numpy as np

from keras_vit.weights.geometry import Geometry
from keras_vit.weights.resampling import resize_positions


class DoesNotFit(ValueError):
    """A tensor has a shape that no resize brings to the weight's."""


@dataclass(frozen=True)
class Origin:
    """What is known of the model that a checkpoint was taken from.

    Args:
        own: Whether it is a file of this package.
        prefixes: Numbers of prefix tokens that may have positions, likeliest first.
        grid: `(rows, columns)` of its patches, or None where it has to be inferred.
        window: `(rows, columns)` of its Swin windows, or None where nobody tells.
        windows: What they may be in each block, by name, where the file tells it.
    """

    own: bool
    prefixes: tuple[int, ...]
    grid: tuple[int, int] | None = None
    window: tuple[int, int] | None = None
    windows: dict[str, list[tuple[int, int]]] = field(default_factory=dict)


def fit_positions(
    positions: np.ndarray,
    shape: tuple[int, ...],
    geometry: Geometry,
    origin: Origin,
) -> tuple[np.ndarray, str | None]:
    """Fit learned positions: prefix tokens keep theirs, the grid is resized."""
    if positions.ndim != 2 or positions.shape[1] != shape[1] or geometry.grid is None:
        raise DoesNotFit(f"{positions.shape} in the file, {shape} in the model")
    prefix, grid = source_grid(len(positions), geometry.grid, origin)
    done = []
    patches = positions[prefix:]
    if grid != geometry.grid:
        done.append(f"grid {by(grid)} → {by(geometry.grid)}, bicubic")
        patches = resize_positions(patches, grid, geometry.grid)
    missing = geometry.num_prefix_tokens - prefix
    if missing > 0:
        done.append(f"zeros for {missing} prefix tokens")
    kept = positions[: min(prefix, geometry.num_prefix_tokens)]
    zeros = np.zeros((max(missing, 0), shape[1]), dtype="float32")
    return np.concatenate([kept, zeros, patches]), "; ".join(done) or None


def source_grid(
    tokens: int, target: tuple[int, int], origin: Origin
) -> tuple[int, tuple[int, int]]:
    """Find the checkpoint's prefix tokens and grid from its number of positions.

    A known grid decides. Else a square number of patches is a square grid, and any
    other number has to be that of the model.
    """
    if origin.grid is not None:
        prefix = tokens - math.prod(origin.grid)
        if prefix not in origin.prefixes:
            raise DoesNotFit(
                f"{tokens} positions in the file are not those of a grid of "
                f"{by(origin.grid)} patches"
            )
        return prefix, origin.grid
    usual = origin.prefixes[0]
    if origin.own and tokens - usual == math.prod(target):
        return usual, target
    if is_square(tokens - usual):
        return usual, square(tokens - usual)
    for prefix in origin.prefixes:
        if tokens - prefix == math.prod(target):
            return prefix, target if not is_square(tokens - prefix) else square(
                tokens - prefix
            )
    for prefix in origin.prefixes:
        if is_square(tokens - prefix):
            return prefix, square(tokens - prefix)
    raise DoesNotFit(
        f"{tokens} positions in the file lie on a grid that is not square; give its "
        "shape, as in source_grid=(rows, columns)"
    )


def is_square(number: int) -> bool:
    """Whether a number of patches makes a square."""
    return number > 0 and math.isqrt(number) ** 2 == number


def square(number: int) -> tuple[int, int]:
    """The square grid of so many patches."""
    return (math.isqrt(number),) * 2


def by(sides: tuple[int, ...]) -> str:
    """Write two sides as 14x14."""
    return "x".join(map(str, sides))
