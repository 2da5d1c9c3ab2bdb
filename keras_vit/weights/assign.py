"""Strict assignment by name: everything is decided before anything is assigned."""

from dataclasses import dataclass, field

import keras
import numpy as np

from keras_vit.weights.complaint import complain, find_hints, other_sizes
from keras_vit.weights.fitting import fit
from keras_vit.weights.geometry import Geometry
from keras_vit.weights.key_maps import Matched
from keras_vit.weights.position_fitting import DoesNotFit, Origin


@dataclass
class Plan:
    """What is to be assigned, and all that is not.

    Args:
        arrays: Variable path to array.
        resized: Variable path to what was done.
        fresh: Variable path to why it stays as it is.
        unneeded: Name in the file to why it is not needed.
    """

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    resized: dict[str, str] = field(default_factory=dict)
    fresh: dict[str, str] = field(default_factory=dict)
    unneeded: dict[str, str] = field(default_factory=dict)


def make_plan(
    shapes: dict[str, tuple[int, ...]],
    matched: Matched,
    geometry: Geometry,
    origin: Origin,
    bias_resize: str,
    path: str,
) -> Plan:
    """Decide what every weight gets, without touching the model.

    Args:
        shapes: Paths of all weights of the model to their shapes.
        matched: The tensors of the file under the names of the model.
        geometry: Geometry of the model.
        origin: What is known of the checkpoint's model.
        bias_resize: `"bicubic"` or `"log_spaced"`.
        path: The file, for messages.

    Returns:
        The plan; all of the model and all of the file are in it.

    Raises:
        ValueError: If a weight is left without tensor, a tensor without weight, or
            shapes differ, beyond the head.
    """
    plan = plan_head(shapes, matched)
    misfits, missing = [], []
    for name, shape in shapes.items():
        if name in plan.fresh:
            continue
        value = matched.values.get(name)
        if value is None:
            missing.append(name)
            continue
        try:
            array, done = fit(name, value.array, shape, geometry, origin, bias_resize)
        except DoesNotFit as error:
            misfits.append(f"{name} ({error})")
            continue
        plan.arrays[name] = array
        if done:
            plan.resized[name] = done
    left = [
        name
        for name, value in matched.values.items()
        if name not in shapes and value.source not in plan.unneeded
    ]
    if misfits or missing or left or matched.unknown:
        sources = [matched.values[name].source for name in left] + matched.unknown
        kinds = {
            "Shapes differ": misfits,
            "Weights without a tensor": missing,
            "Tensors without a weight": list(dict.fromkeys(sources)),
        }
        hints = find_hints(missing + left, matched)
        raise ValueError(complain(path, other_sizes(matched, geometry), kinds, hints))
    return plan


def plan_head(shapes: dict[str, tuple[int, ...]], matched: Matched) -> Plan:
    """Decide on the head, and on a last norm that the model does without."""
    plan = Plan()
    head = {name: v for name, v in matched.values.items() if name.startswith("head/")}
    wanted = {name: shape for name, shape in shapes.items() if name.startswith("head/")}
    if wanted and not head:
        reason = "the file has no head"
        plan.fresh = dict.fromkeys(wanted, reason)
    elif head and not wanted:
        reason = "the model has no head"
        plan.unneeded = {value.source: reason for value in head.values()}
    elif wanted and head.keys() >= wanted.keys():  # else a missing tensor will be named
        new, old = wanted["head/bias"][0], head["head/bias"].array.size
        if new != old:
            plan.fresh = dict.fromkeys(wanted, f"a head of {new} classes, not {old}")
            reason = f"a head of {old} classes, where the model has {new}"
            plan.unneeded = {value.source: reason for value in head.values()}
    if not any(name.startswith("norm/") for name in shapes):
        for name, value in matched.values.items():
            if name.startswith("norm/"):
                plan.unneeded[value.source] = "the model ends before the last norm"
    return plan


def carry_out(plan: Plan, model: keras.Model) -> None:
    """Assign what a plan holds."""
    for variable in model.weights:
        if variable.path in plan.arrays:
            # A copy, one at a time: JAX keeps memory that is aligned as it is, and a
            # view of a mapped file changes, or ends the process, with the file.
            variable.assign(np.array(plan.arrays[variable.path], order="C"))
