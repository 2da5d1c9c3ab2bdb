"""The attention scores of some blocks, for any number of images.

B images, H heads, N tokens (of a window); nW windows.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import numpy as np

from keras_vit.inspection.found import Found
from keras_vit.inspection.running import kept, run
from keras_vit.inspection.watching import scores_model


def watch_scores(
    model: keras.Model,
    found: Found,
    images: np.ndarray,
    numbers: Sequence[int],
    made_of: str = "scores",
    look: Callable | None = None,
) -> Iterator[list[np.ndarray]]:
    """Look at scores, for a few images at a time.

    Args:
        model: the model that was given.
        found: what was found in it.
        images: `(B, ...)`.
        numbers: of the blocks, in any order.
        made_of: names what `look` makes of them, so that it is compiled once.
        look: as `scores_model` takes it.

    Yields:
        For the next images one float32 array for each of `numbers`, in their order.
    """
    in_order = sorted(set(numbers))
    shape = images.shape[1:]
    watching = kept(
        model,
        (made_of, tuple(in_order), shape),
        lambda: scores_model(found, in_order, look, shape),
    )
    sizes = [scores_bytes(found, number) for number in in_order]
    # A block's scores are freed when something smaller was made of them.
    total = max(sizes) * 3 if look else sum(sizes)
    for outputs in run(watching, images, total):
        by_number: dict[int, Any] = dict(zip(in_order, outputs, strict=True))
        yield [by_number[number] for number in numbers]


def scores_bytes(found: Found, number: int) -> int:
    """Memory of the scores that one image has in a block."""
    block = found.blocks[number]
    windows, tokens = 1, found.num_tokens(number)
    if found.kind == "swin":
        windows = found.layout(number).windows
    return 4 * windows * block.num_heads * tokens**2
