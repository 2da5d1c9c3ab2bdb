"""What a training has to be like to be gone on with."""

from pathlib import Path

import keras


def check_setting(
    model: keras.Model, every: int | None, steps: int | None, given: int | None
) -> None:
    """Hold what `fit` was given against what `Resume` was.

    Args:
        model: that of `fit`.
        every: steps between two saves, or None.
        steps: of an epoch of `Resume.batches`, or None if it was not called.
        given: steps of an epoch, as `fit` counts them.
    """
    if not model.built:
        raise ValueError(
            "Resume needs a model that is built. Call it on a batch, or give its first "
            "layer a shape, before `fit`."
        )
    if steps is None and every is not None:
        raise ValueError(
            f"`every={every}` saves within epochs, and to go on there the data have to "
            "be entered in the middle. Give `fit` the batches of "
            "`resume.batches(function)`, or use every=None."
        )
    if steps is not None and given != steps:
        raise ValueError(
            f"An epoch of `resume.batches` has {steps} steps. Received: a `fit` of "
            f"{given} steps. Give it these batches as they are, without "
            "steps_per_epoch and class_weight."
        )


def check_seed(path: Path, written: int | None, here: int | None) -> None:
    """The order of shuffled batches should be that of the run before."""
    if written != here:
        raise ValueError(
            f"{path} was written with TensorFlow's global seed {written}, by which "
            f"`resume.batches` are shuffled (None: there were none). Received: {here}. "
            "Give `keras.utils.set_random_seed` the same, before `resume.batches`, or "
            "delete the file to begin anew."
        )


def refuse(path: Path, epoch: int, steps: int, what: str) -> None:
    """Stop a training that is lost, so many steps after an epoch's start."""
    where = f"epoch {epoch + 1}, step {steps}"
    if steps == 0:
        where = f"the last step of epoch {epoch}"
    kept = f"{path} is as it was before" if path.exists() else "no file was written"
    raise RuntimeError(
        f"In {where}, {what}; {kept}. A lower learning rate, or clipping of gradients, "
        "may help."
    )
