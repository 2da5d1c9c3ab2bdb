"""What the loader has to know of a model, read from its layers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import keras

from keras_vit.models.variants import SWIN_VARIANTS, VIT_VARIANTS


@dataclass(frozen=True)
class Geometry:
    """Sizes that decide how a checkpoint is fitted to a model.

    Args:
        family: `"ViT"` or `"Swin"`.
        patch_size: `(rows, columns)` of a patch, in pixels.
        hidden_dim: Width of a token (in Swin, of the first stage).
        blocks: Number of blocks (in Swin, of each stage).
        grid: `(rows, columns)` of patches, where positions are learned.
        num_prefix_tokens: Class and register tokens.
        norm_after_pooling: Whether a ViT's last norm follows the pooling; None
            where there is none.
        classes: Outputs of the head; 0 where there is none.
        windows: `(rows, columns)` of the windows of each Swin block, by its name.
        image_size: Longer side of the images in pixels, None where it is not fixed.
    """

    family: str
    patch_size: tuple[int, int]
    hidden_dim: int
    blocks: tuple[int, ...]
    grid: tuple[int, int] | None
    num_prefix_tokens: int
    norm_after_pooling: bool | None
    classes: int
    windows: dict[str, tuple[int, int]] = field(default_factory=dict)
    image_size: int | None = None


def describe(model: keras.Model) -> Geometry:
    """Read the geometry of a ViT or Swin that was built by this package.

    Args:
        model: The model.

    Returns:
        Its geometry.

    Raises:
        ValueError: If it is no such model.
    """
    layers = {layer.name: layer for layer in getattr(model, "layers", ())}
    family = find_family(layers)
    if family is None or "patch_embedding" not in layers:
        raise ValueError(
            "`load_weights` loads into the ViT and Swin models of this package, found "
            f"by the names of their layers. Received: {model!r}. For a larger model of "
            "your own, load into the ViT or Swin in it."
        )
    embed = layers["patch_embedding"]
    positions = layers.get("position_embedding")
    norm = layers.get("norm")
    sides = embed.input.shape[1:3]
    return Geometry(
        family=family,
        patch_size=tuple(embed.patch_size),
        hidden_dim=embed.hidden_dim,
        blocks=count_blocks(layers),
        grid=getattr(positions, "grid_size", None),
        num_prefix_tokens=getattr(positions, "num_prefix_tokens", 0),
        norm_after_pooling=(
            len(norm.input.shape) == 2 if family == "ViT" and norm else None
        ),
        classes=layers["head"].units if "head" in layers else 0,
        windows={
            name: layer.attention.table_window
            for name, layer in layers.items()
            if name.startswith("stage_") and "_block_" in name
        },
        image_size=None if None in sides else max(sides),
    )


def find_family(layers: dict) -> str | None:
    """The family that the names of the layers tell."""
    if "encoder_block_0" in layers:
        return "ViT"
    return "Swin" if "stage_0_block_0" in layers else None


def count_blocks(names: Iterable[str]) -> tuple[int, ...]:
    """Number of blocks of each stage; a ViT is one stage."""
    stages: dict[str, int] = {}
    for name in names:
        if "_block_" in name:
            stage = name.rpartition("_block_")[0]
            stages[stage] = stages.get(stage, 0) + 1
    return tuple(stages.values())


def variants_like(geometry: Geometry) -> list[str]:
    """Names of the published variants with the sizes of a model.

    Those of the same patch size stand first.
    """
    if geometry.family == "Swin":
        sizes = {"hidden_dim": geometry.hidden_dim, "depths": geometry.blocks}
    else:
        sizes = {"hidden_dim": geometry.hidden_dim, "num_layers": sum(geometry.blocks)}
    return variants_with(sizes, geometry.patch_size)


def variants_with(sizes: Mapping[str, Any], patch_size: tuple[int, int]) -> list[str]:
    """Names of the published variants with some sizes, as the builders name them.

    Those of the same patch size stand first.
    """
    rows: dict[str, Any] = SWIN_VARIANTS if "depths" in sizes else VIT_VARIANTS
    alike = [
        name
        for name, row in rows.items()
        if all(getattr(row, key, None) == size for key, size in sizes.items())
    ]
    return sorted(alike, key=lambda name: (rows[name].patch_size,) * 2 != patch_size)
