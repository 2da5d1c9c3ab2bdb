"""Which axis of each weight is split among devices, for `keras.distribution`.

Megatron-LM (https://arxiv.org/abs/1909.08053), section 3: attention is split by heads,
the MLP by the columns of its first matrix and the rows of its second, so that a block
adds up what its devices have twice in a pass forward, and twice in one backward.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import keras

from keras_vit.arguments import items
from keras_vit.layers.block import PreNormBlock
from keras_vit.layers.freezing import inner_layers

SPLIT = "split"
# The end of a weight's path within a block, and which of its axes is split.
RULES: dict[str, tuple[str | None, ...]] = {
    r"attention/(query|key|value)/kernel": (None, SPLIT),
    r"attention/(query|key|value)/bias": (SPLIT,),
    r"attention/output/kernel": (SPLIT, None),
    r"mlp/hidden/kernel": (None, SPLIT),
    r"mlp/hidden/bias": (SPLIT,),
    r"mlp/output/kernel": (SPLIT, None),
}


def layout_map(
    model: keras.Model, mesh: Any, *, axis: str = "model", whole: Sequence[str] = ()
) -> Any:
    """Say which weights of a ViT or Swin are split among the devices of a mesh.

    For `keras.distribution.ModelParallel`, JAX backend: attention by heads, the MLP by
    columns and then by rows, as in [Megatron-LM](https://arxiv.org/abs/1909.08053);
    all other weights are whole on each device. Adam's moments follow their weights.
    Build the model once more, or load it, after the distribution is set: weights are
    laid out as they are made.

    Args:
        model: a ViT or Swin of this package, or one around it, built. Its names and
            shapes are read, and nothing else.
        mesh: `keras.distribution.DeviceMesh`.
        axis: str, the mesh's axis that splits weights; another one splits the batch.
        whole: names of blocks, or of parts such as
            "stage_0_block_0/window_attention", that stay whole, such as those of a
            Swin-T's first stage, whose three heads two devices cannot share.

    Returns:
        A `keras.distribution.LayoutMap`.

    Raises:
        ValueError: if the mesh has no such axis, a rule finds no weight, a name of
            `whole` finds no layer, or heads or units cannot be shared evenly.

    Example (on eight devices):

    ```python no-run
    devices = keras.distribution.list_devices()
    mesh = keras.distribution.DeviceMesh((4, 2), ("batch", "model"), devices)
    layouts = keras_vit.deployment.layout_map(keras_vit.ViTB16(), mesh)
    keras.distribution.set_distribution(
        keras.distribution.ModelParallel(layout_map=layouts, batch_dim_name="batch")
    )
    model = keras_vit.ViTB16()  # its matrices are split in two
    ```
    """
    count = _size_of(mesh, axis)
    kept = _names(whole)
    layouts = keras.distribution.LayoutMap(mesh)
    used = set()
    found = set()
    for path, weight, block in _weights(model):
        exceptions = {name for name in kept if f"{path}/".startswith(f"{name}/")}
        used |= exceptions
        for rule, axes in RULES.items():
            if not re.search(f"/{rule}$", path) or exceptions:
                continue
            found.add(rule)
            _check(path, weight, block, axes.index(SPLIT), count, axis)
            layouts[f"(^|/){re.escape(path)}$"] = tuple(a and axis for a in axes)
    _check_found(model, found, kept - used)
    return layouts


def _size_of(mesh, axis: str) -> int:
    names = list(getattr(mesh, "axis_names", ()))
    if axis not in names:
        raise ValueError(
            f"`mesh` should be a keras.distribution.DeviceMesh with an axis '{axis}'. "
            f"Received: axes {names}. Name the one that splits weights by axis=."
        )
    return int(mesh.shape[names.index(axis)])


def _names(whole) -> set[str]:
    names = items(whole)
    if isinstance(whole, str) or not all(isinstance(name, str) for name in names):
        raise ValueError(
            "`whole` should be names of layers, as in ('stage_0_block_0',). Received: "
            f"{whole!r}"
        )
    return {name.strip("/") for name in names}


def _weights(model) -> Iterator[tuple[str, Any, PreNormBlock]]:
    """Each weight of each block, with its path from the block on."""
    for _, block, _ in inner_layers(model):
        if isinstance(block, PreNormBlock):
            for weight in block.weights:
                # A model around the ViT puts its own name before.
                start = weight.path.find(f"{block.name}/")
                yield weight.path[start:], weight, block


def _check(path, weight, block, place, count, axis) -> None:
    heads = block.attention.num_heads
    if "/attention/" in path and heads % count:
        what = f"'{block.name}' has {heads} attention heads"
    elif weight.shape[place] % count:
        what = f"'{path}' has {weight.shape[place]} columns or rows"
    else:
        return
    part = "/".join(path.split("/")[:2])  # a block's attention, or its MLP
    raise ValueError(
        f"{what}, which {count} devices of the mesh's axis '{axis}' cannot share "
        f"evenly. Take another number of devices, or keep it whole: whole=('{part}',)."
    )


def _check_found(model, found: set[str], unused: set[str]) -> None:
    if unused:
        raise ValueError(
            f"`whole` names layers that '{model.name}' does not have: {sorted(unused)}"
        )
    missing = set(RULES) - found
    if missing:
        raise ValueError(
            f"No weight of '{model.name}' is split by {sorted(missing)}: it has no "
            "blocks of this package, or `whole` keeps all of them."
        )
