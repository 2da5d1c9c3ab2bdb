"""What the configuration beside a checkpoint tells of its model."""

from dataclasses import dataclass, field
from typing import Any

Size = tuple[int, int]
MeanStd = tuple[tuple[float, ...], tuple[float, ...]]
# Arguments of the builders that a variant's name has settled.
SIZES = ("hidden_dim", "num_layers", "depths", "num_heads", "mlp_dim")


@dataclass(frozen=True)
class Facts:
    """What is told of a checkpoint, in the words of this package's builders.

    Args:
        family: `"ViT"` or `"Swin"`.
        sizes: What a variant's name settles, such as `hidden_dim`.
        patch_size: `(rows, columns)` of a patch, in pixels.
        build: Other arguments that the builder needs, such as `layer_scale_init`.
        image_size: `(rows, columns)` of the images, in pixels.
        classes: Outputs of the classifier; 0 where there is none, None if not told.
        mean_std: Mean and std of each channel, or None if not told.
    """

    family: str
    sizes: dict[str, Any]
    patch_size: Size
    build: dict[str, Any] = field(default_factory=dict)
    image_size: Size | None = None
    classes: int | None = None
    mean_std: MeanStd | None = None


def channels_of(mean: Any, std: Any) -> MeanStd | None:
    """Mean and std of each channel, where both are lists of as many numbers."""
    try:
        pairs = [(float(m), float(s)) for m, s in zip(mean, std, strict=True)]
    except (TypeError, ValueError):
        return None
    if not pairs or any(s <= 0 for _, s in pairs):
        return None
    means, stds = zip(*pairs, strict=True)
    return means, stds
