"""Which patches are hidden: as many in each image, at random places."""

import math

import keras
from keras import ops

ROUNDING = 1e-9  # 0.07 * 100 is 7.000000000000001


def at_least(count: int, ratio: float) -> int:
    """A part of `count`, rounded up."""
    return math.ceil(count * ratio - ROUNDING)


def at_most(count: int, ratio: float) -> int:
    """A part of `count`, rounded down."""
    return math.floor(count * ratio + ROUNDING)


def random_ranks(batch, count: int, seed):
    """A random order of the patches of each image.

    Args:
        batch: how many images.
        count: N, patches of an image.
        seed: a `keras.random.SeedGenerator`.

    Returns:
        int32 `(batch, N)`: each row has 0 to N - 1 once. Those below k are a random
        choice of k patches.
    """
    draws = keras.random.uniform((batch, count), dtype="float32", seed=seed)
    return ops.cast(ops.argsort(draws, axis=-1), "int32")


def spread(blocks, size: tuple[int, int]):
    """A mask of blocks `(B, rows, columns)` at a whole multiple of its size."""
    for axis, (side, wanted) in enumerate(zip(blocks.shape[1:], size, strict=True), 1):
        blocks = ops.repeat(blocks, wanted // side, axis=axis)
    return blocks
