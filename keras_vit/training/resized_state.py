"""An optimizer's state, for a model of another size (Adam: arXiv 1412.6980)."""

from collections.abc import Callable

import keras
import numpy as np


def resized_state(old: keras.Model, new: keras.Model, fits: Callable) -> None:
    """Give a model's optimizer the state of another's.

    What belongs to a weight, such as the mean of its gradients, is resized as the
    weight.

    Args:
        old: the model that was trained.
        new: the same for another size, compiled alike.
        fits: makes an array of a weight, by path, of a new shape.

    Raises:
        ValueError: if the old optimizer has the state of other weights than those that
            are trained now.
    """
    before, after = old.optimizer.variables, new.optimizer.variables
    if [v.name for v in before] != [v.name for v in after]:
        raise ValueError(
            "The optimizer has the state of other weights than those that are to be "
            f"trained: {len(before)} variables, where there would be {len(after)}. "
            "Compile the model after freezing, and train it."
        )
    prefixes = {v.path.replace("/", "_") + "_": v.path for v in old.trainable_variables}
    means: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for source, target in zip(before, after, strict=True):
        array = resized = keras.ops.convert_to_numpy(source)
        owner = _owner(source.name, prefixes)
        if owner is not None:
            resized = fits(prefixes[owner], array, tuple(target.shape))
            kind = source.name.removeprefix(owner)
            if kind == "momentum":
                means[owner] = array, resized
            elif kind.startswith("velocity") and not np.array_equal(array, resized):
                resized = _no_leap(array, resized, *means[owner])
        target.assign(np.array(resized))


def _no_leap(squares, resized_squares, means, resized_means) -> np.ndarray:
    """Keep mean / sqrt(squares), Adam's step, within what it was in each column.

    An interpolation may undershoot, to squares near 0 or below it.
    """
    ratios = np.divide(
        np.square(means), squares, out=np.zeros_like(squares), where=squares > 0
    ).max(axis=0)
    floor = np.divide(
        np.square(resized_means),
        ratios,
        out=np.zeros_like(resized_means),
        where=ratios > 0,
    )
    return np.maximum(resized_squares, floor)


def _owner(name: str, prefixes) -> str | None:
    """The longest prefix of a name: one weight's may begin as another's."""
    return max(filter(name.startswith, prefixes), key=len, default=None)
