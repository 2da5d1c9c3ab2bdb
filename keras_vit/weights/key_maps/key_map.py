"""What a key map is: rows that say which tensor of a file goes to which weight.

A row's source and target are templates; {i}, {s} and {b} stand for the numbers of
block, stage and block within its stage.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

Operation = Callable[[np.ndarray], tuple[np.ndarray, ...]]


def copy(array: np.ndarray) -> tuple[np.ndarray, ...]:
    """Take a tensor as it is."""
    return (array,)


def first(array: np.ndarray) -> tuple[np.ndarray, ...]:
    """Drop the leading axis of 1: (1, N, D) -> (N, D)."""
    return (array.reshape(array.shape[-2:]),)


def transpose(array: np.ndarray) -> tuple[np.ndarray, ...]:
    """Turn a PyTorch linear weight: (out, in) -> (in, out)."""
    return (array.T,)


def convolution(array: np.ndarray) -> tuple[np.ndarray, ...]:
    """Turn a PyTorch convolution: (out, in, rows, columns) -> HWIO.

    Very old files hold it flat, (out, in · rows · columns), for square patches of
    three channels.
    """
    if array.ndim == 2:
        side = math.isqrt(array.shape[1] // 3)
        array = array.reshape(array.shape[0], 3, side, side)
    return (array.transpose(2, 3, 1, 0),)


def split_kernel(array: np.ndarray) -> tuple[np.ndarray, ...]:
    """Part a fused projection: (3·D, D) -> query, key, value, each (D, D)."""
    return tuple(part.T for part in np.split(array, 3, axis=0))


def split_bias(array: np.ndarray) -> tuple[np.ndarray, ...]:
    """Part a fused bias: (3·D) -> query, key, value, each (D)."""
    return tuple(np.split(array, 3, axis=0))


@dataclass(frozen=True)
class Row:
    """One line of a key map.

    Args:
        source: Template of the name in the file, a regular expression otherwise.
        targets: Templates of the variables' paths, one a result of the operation.
        operation: Turns the file's tensor into those of the model.
    """

    source: str
    targets: tuple[str, ...]
    operation: Operation = copy


def one(source: str, target: str, operation: Operation = copy) -> list[Row]:
    """Row of a single tensor."""
    return [Row(re.escape(source).replace(r"\{", "{").replace(r"\}", "}"), (target,),
                operation)]  # fmt: skip


def norm(source: str, target: str) -> list[Row]:
    """Rows of a PyTorch layer normalisation."""
    return one(f"{source}.weight", f"{target}/gamma") + one(
        f"{source}.bias", f"{target}/beta"
    )


def dense(source: str, target: str) -> list[Row]:
    """Rows of a PyTorch linear layer."""
    return one(f"{source}.weight", f"{target}/kernel", transpose) + one(
        f"{source}.bias", f"{target}/bias"
    )


def patches(source: str) -> list[Row]:
    """Rows of the convolution that embeds patches."""
    target = "patch_embedding/projection"
    return one(f"{source}.weight", f"{target}/kernel", convolution) + one(
        f"{source}.bias", f"{target}/bias"
    )


def fused_attention(source: str, target: str) -> list[Row]:
    """Rows of an attention whose query, key and value are one linear layer."""
    parts = [f"{target}/{part}" for part in ("query", "key", "value")]
    weight, bias = one(f"{source}.qkv.weight", ""), one(f"{source}.qkv.bias", "")
    return [
        Row(weight[0].source, tuple(f"{p}/kernel" for p in parts), split_kernel),
        Row(bias[0].source, tuple(f"{p}/bias" for p in parts), split_bias),
        *dense(f"{source}.proj", f"{target}/output"),
    ]


# DataParallel, torch.compile, Lightning's modules, and models with a head of their own.
OF_TRAINING_LOOPS = ("module.", "_orig_mod.", "model.", "net.", "network.", "backbone.")


@dataclass(frozen=True)
class KeyMap:
    """The names of one format.

    Args:
        name: What messages call the format.
        family: `"ViT"` or `"Swin"`.
        detect: Decides by the names, without prefix, whether a file is of this
            format.
        rows: The tensors that belong to weights.
        ignored: Regular expressions of tensors that no model needs, with the reason.
        refused: Regular expressions of tensors of models that are not built here,
            with the reason.
        prefixes: What may stand before every name of the file, beside what training
            loops put there.
    """

    name: str
    family: str
    detect: Callable[[set[str]], bool]
    rows: tuple[Row, ...]
    ignored: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    prefixes: tuple[str, ...] = ()

    def bare(self, name: str) -> str:
        """Strip the prefixes from a name: DINO's begin with "module.backbone."."""
        for prefix in (*self.prefixes, *OF_TRAINING_LOOPS):
            if name.startswith(prefix):
                return self.bare(name.removeprefix(prefix))
        return name

    def matches(self, names: Iterable[str]) -> bool:
        """Whether a file with these names is of this format."""
        return self.detect({self.bare(name) for name in names})


def compile_rows(rows: Iterable[Row]) -> list[tuple[re.Pattern, Row]]:
    """Turn the templates of rows into patterns with named groups."""
    return [
        (re.compile(re.sub(r"\{(\w)\}", r"(?P<\1>\\d+)", row.source)), row)
        for row in rows
    ]
