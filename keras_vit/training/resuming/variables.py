"""The variables of a training, by position: fresh random seeds have other names."""

from collections.abc import Iterable

import keras
import numpy as np

GROUPS = ("model", "optimizer", "metrics")


def variables_of(model: keras.Model, group: str) -> list:
    """The variables of a group, in an order that another process repeats."""
    if group == "model":
        return list(model.variables)  # weights, and the states of random seeds
    if group == "optimizer":  # moments, averages, steps, and a rate that was set
        return list(model.optimizer.variables)
    return list(model.metrics_variables)


def values_of(model: keras.Model) -> dict[str, np.ndarray]:
    """All variables as arrays, by group and position."""
    return {
        f"{group}_{place}": keras.ops.convert_to_numpy(variable.value)
        for group in GROUPS
        for place, variable in enumerate(variables_of(model, group))
    }


def names_of(model: keras.Model) -> dict[str, list[str]]:
    """What `set_values` holds the variables against."""
    return {group: [_name(v) for v in variables_of(model, group)] for group in GROUPS}


def set_values(
    model: keras.Model,
    values: dict[str, np.ndarray],
    names: dict[str, list[str]],
    groups: Iterable[str],
) -> None:
    """Set variables to what `values_of` gave.

    Raises:
        ValueError: if they are others than those were, before any is set.
    """
    for group in groups:
        here, there = [_name(v) for v in variables_of(model, group)], names[group]
        if here != there:
            odd = [pair for pair in zip(here, there, strict=False) if len({*pair}) > 1]
            first = f", first {odd[0][0]} in place of {odd[0][1]}" if odd else ""
            raise ValueError(
                f"The {group} of this training has other variables than the file's: "
                f"{len(here)} and {len(there)}{first}. Build and compile it as it was, "
                "or give Resume another path."
            )
    for group in groups:
        for place, variable in enumerate(variables_of(model, group)):
            variable.assign(values[f"{group}_{place}"])


def first_not_finite(model: keras.Model, values: dict[str, np.ndarray]) -> str | None:
    """The path of a weight with a number that is none."""
    for place, variable in enumerate(variables_of(model, "model")):
        value = values[f"model_{place}"]
        is_whole = value.dtype.kind in "iub"
        if not is_whole and not np.isfinite(value.astype("float32")).all():
            return variable.path
    return None


def _name(variable) -> str:
    """What does not depend on how many layers the process has named before."""
    kind = variable.name.rsplit("_", 1)[-1]
    return f"{kind} {tuple(variable.shape)} {variable.dtype}"
