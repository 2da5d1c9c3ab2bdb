"""What is said of a checkpoint that is not the model's."""

import re
from dataclasses import replace

from keras_vit.weights.fitting import PATCH_KERNEL
from keras_vit.weights.geometry import Geometry, count_blocks, variants_like
from keras_vit.weights.key_maps import Matched

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
    shape = () if kernel is None else kernel.array.shape
    hidden_dim = shape[-1] if shape else geometry.hidden_dim
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
