"""Strict assignment by name: everything is decided before anything is assigned."""

import re
from dataclasses import dataclass, field, replace

import keras
import numpy as np

from keras_vit.weights.fitting import PATCH_KERNEL, fit
from keras_vit.weights.geometry import Geometry, count_blocks, variants_like
from keras_vit.weights.key_maps import Matched
from keras_vit.weights.position_fitting import DoesNotFit, Origin

SHOWN = 8  # names that a message lists of each kind
HINTS = (
    (
        r"register_tokens/",
        "the file has {registers} register tokens: build the model with "
        "num_register_tokens={registers}",
    ),
    (
        r"encoder_block_\d+/\w+_layer_scale/",
        "one of the two has layer scale: see layer_scale_init",
    ),
    (
        r"position_embedding/",
        "the two have other kinds of position embedding: see position_embedding",
    ),
    (
        r".*relative_position_bias_table",
        "one of the two has no relative position bias: see relative_position_bias",
    ),
    (r"class_token/", "one of the two has no class token"),
)


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
    elif wanted:
        new, old = wanted["head/bias"][0], len(head["head/bias"].array)
        if new != old:
            plan.fresh = dict.fromkeys(wanted, f"a head of {new} classes, not {old}")
            reason = f"a head of {old} classes, where the model has {new}"
            plan.unneeded = {value.source: reason for value in head.values()}
    if not any(name.startswith("norm/") for name in shapes):
        for name, value in matched.values.items():
            if name.startswith("norm/"):
                plan.unneeded[value.source] = "the model ends before the last norm"
    return plan


def find_hints(names: list[str], matched: Matched) -> list[str]:
    """What the names that did not meet say about how to build the model."""
    tokens = matched.values.get("register_tokens/tokens")
    registers = 0 if tokens is None else len(tokens.array)
    return [
        hint.format(registers=registers)
        for pattern, hint in HINTS
        if any(re.match(pattern, name) for name in names)
    ]


def other_sizes(matched: Matched, geometry: Geometry) -> str:
    """Say what the file is of, where it is of another size than the model."""
    kernel = matched.values.get(PATCH_KERNEL)
    hidden_dim = geometry.hidden_dim if kernel is None else kernel.array.shape[-1]
    blocks = count_blocks(dict.fromkeys(name.split("/")[0] for name in matched.values))
    if (hidden_dim, blocks) == (geometry.hidden_dim, geometry.blocks):
        return ""
    of_file = replace(geometry, hidden_dim=hidden_dim, blocks=blocks)
    names = " or ".join(variants_like(of_file)) or "no variant that is known here"
    return (
        f" The file is of hidden_dim {hidden_dim} and {sum(blocks)} blocks ({names}), "
        f"the model of {geometry.hidden_dim} and {sum(geometry.blocks)}."
    )


def complain(
    path: str, sizes: str, kinds: dict[str, list[str]], hints: list[str]
) -> str:
    """The message of a checkpoint that is not the model's."""
    parts = [f" {kind}: {shorten(names)}." for kind, names in kinds.items() if names]
    ending = f" Hint: {'; '.join(hints)}." if hints else ""
    return (
        f"'{path}' does not belong to this model, whose weights stay as they were."
        f"{sizes}{''.join(parts)}{ending}"
    )


def shorten(names: list[str]) -> str:
    """List the first names and how many more there are."""
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def carry_out(plan: Plan, model: keras.Model) -> None:
    """Assign what a plan holds."""
    for variable in model.weights:
        if variable.path in plan.arrays:
            # A copy, one at a time: JAX keeps memory that is aligned as it is, and a
            # view of a mapped file changes, or ends the process, with the file.
            variable.assign(np.array(plan.arrays[variable.path], order="C"))
