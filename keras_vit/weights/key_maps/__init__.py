"""Key maps: which tensor of which file goes to which weight, one file a format."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from keras_vit.weights.key_maps.google_vit import GOOGLE_VIT, unstack
from keras_vit.weights.key_maps.huggingface_swin import HUGGINGFACE_SWIN
from keras_vit.weights.key_maps.huggingface_vit import HUGGINGFACE_VIT
from keras_vit.weights.key_maps.key_map import KeyMap, Row, compile_rows
from keras_vit.weights.key_maps.own import OWN
from keras_vit.weights.key_maps.swin import MICROSOFT_SWIN, TIMM_SWIN
from keras_vit.weights.key_maps.timm_vit import TIMM_VIT

KEY_MAPS = (
    OWN,
    TIMM_VIT,
    GOOGLE_VIT,
    HUGGINGFACE_VIT,
    TIMM_SWIN,
    MICROSOFT_SWIN,
    HUGGINGFACE_SWIN,
)
# DeiT's distilled models answer with the mean of two heads on two tokens.
DISTILLED_HEAD = re.compile(r"head_dist\..*|(cls|distillation)_classifier\..*")


@dataclass
class Value:
    """A tensor on its way to a weight: the array and its name in the file."""

    array: np.ndarray
    source: str


@dataclass
class Matched:
    """The tensors of a file under the names of the model.

    Args:
        values: Variable path to value.
        ignored: Name in the file to the reason why no weight needs it.
        unknown: Names in the file that the key map does not know.
        names: Names in the file without the format's prefix.
        distilled_classes: Outputs of the second head of a distilled model, else 0.
    """

    values: dict[str, Value] = field(default_factory=dict)
    ignored: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    distilled_classes: int = 0


def detect_format(names: Iterable[str], path: str) -> KeyMap:
    """Find the format of a file by the names of its tensors.

    Args:
        names: The names.
        path: The file, for the message.

    Returns:
        The key map of the format.

    Raises:
        ValueError: If no format has such names.
    """
    names = list(names)
    for key_map in KEY_MAPS:
        if key_map.matches(names):
            return key_map
    refuse_hybrids(names, path)
    shown = ", ".join(sorted(names)[:5]) or "none at all"
    raise ValueError(
        f"'{path}' is not a checkpoint of a ViT or Swin in a known format. Its "
        f"{len(names)} tensors begin with: {shown}. Known are "
        f"{', '.join(key_map.name for key_map in KEY_MAPS)}."
    )


def refuse_hybrids(names: Iterable[str], path: str) -> None:
    """Name what makes a file of a related architecture one that cannot be loaded."""
    for key_map in KEY_MAPS:
        for name in map(key_map.bare, names):
            for pattern, reason in key_map.refused.items():
                if re.fullmatch(pattern, name):
                    raise ValueError(
                        f"'{path}' is a checkpoint of {reason} ('{name}'), which is "
                        "not built here. Choose a plain ViT or Swin of "
                        "`keras_vit.list_weights()`."
                    )


def match_names(tensors: dict[str, np.ndarray], key_map: KeyMap, path: str) -> Matched:
    """Bring the tensors of a file under the names of the model.

    Args:
        tensors: Dictionary of the names in the file to arrays.
        key_map: The format.
        path: The file, for messages.

    Returns:
        The values, what is ignored and what is unknown.

    Raises:
        ValueError: If the file is of an architecture that is not built here, or two
            tensors claim one weight.
    """
    refuse_hybrids(tensors, path)
    rows = compile_rows(key_map.rows)
    matched = Matched()
    for name, (source, array) in unstack(tensors).items():
        bare = key_map.bare(name)
        matched.names.add(bare)
        for target, value in convert(bare, array, rows, path):
            if target in matched.values:
                raise ValueError(
                    f"'{path}' has two tensors for the weight '{target}': "
                    f"'{matched.values[target].source}' and '{source}'."
                )
            matched.values[target] = Value(value, source)
        if not any(pattern.fullmatch(bare) for pattern, _ in rows):
            reason = ignore_reason(bare, key_map)
            if reason is not None:
                matched.ignored[source] = reason
                if DISTILLED_HEAD.fullmatch(bare):
                    matched.distilled_classes = len(array)
            else:
                matched.unknown.append(source)
    return matched


def convert(
    bare: str, array: np.ndarray, rows: list[tuple[re.Pattern, Row]], path: str
) -> Iterator[tuple[str, np.ndarray]]:
    """Apply the row that knows a name; yields (variable path, array)."""
    for pattern, row in rows:
        found = pattern.fullmatch(bare)
        if found:
            groups = found.groupdict()
            if "s" in groups:
                groups["s+1"] = str(int(groups["s"]) + 1)
            try:
                results = row.operation(array)
            except ValueError as error:
                raise ValueError(
                    f"'{path}': the tensor '{bare}' has shape {array.shape}, which "
                    f"does not fit its name ({error})."
                ) from error
            for template, result in zip(row.targets, results, strict=True):
                yield template.format(**groups), result
            return


def ignore_reason(bare: str, key_map: KeyMap) -> str | None:
    """Why no weight needs a tensor; None where nothing is known of it."""
    if DISTILLED_HEAD.fullmatch(bare):
        return "a head of a distilled model"
    for pattern, reason in key_map.ignored.items():
        if re.fullmatch(pattern, bare):
            return reason
    return None
