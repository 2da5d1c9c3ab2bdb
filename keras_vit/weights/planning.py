"""What a model has to be like for the weights that it is to receive."""

from dataclasses import dataclass, field
from pathlib import Path

from keras_vit.weights.catalogue import WeightsInfo, catalogue
from keras_vit.weights.download import ADDRESS
from keras_vit.weights.formats import ENDINGS
from keras_vit.weights.lookup import (
    best_classifier,
    find_rows,
    unknown_tag,
    weights_info,
)


@dataclass(frozen=True)
class WeightsPlan:
    """What `weights=` means for a variant.

    Args:
        source: What to give to `load_weights`, or None for random weights.
        info: The catalogue's record, or None for a path or repository.
        input_size: Side of the images that the weights were trained on, in pixels,
            or None where nobody knows.
        build: Arguments of the builder that the checkpoint asks for.
    """

    source: str | Path | None
    info: WeightsInfo | None = None
    input_size: int | None = None
    build: dict = field(default_factory=dict)

    @property
    def mean_std(self) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
        """Mean and std that the weights expect, None where nobody knows."""
        return None if self.info is None else (self.info.mean, self.info.std)


def plan_weights(
    variant: str | None,
    weights: str | Path | None,
    input_shape: tuple[int, int, int] | None = None,
) -> WeightsPlan:
    """Resolve the `weights` argument of a model before it is built.

    Args:
        variant: Name of the variant, as in `"ViTB16"`; None for a model of any size.
        weights: None, a tag, `"imagenet"`, `"hf://organisation/repository"` or a path.
        input_shape: Shape of the images, in any order of axes, or None.

    Returns:
        The plan.

    Raises:
        ValueError: If the tag is unknown for the variant.

    Example:
    ```python
    from keras_vit.weights import plan_weights

    plan = plan_weights("ViTS14", "dinov2_registers")
    assert plan.input_size == 518
    assert plan.build["num_register_tokens"] == 4
    ```
    """
    if weights is None:
        return WeightsPlan(None)
    text = str(weights)
    if is_file(weights):
        return WeightsPlan(weights)
    if text.startswith("hf://"):
        return with_info(text, find_repository(text, variant))
    if variant is None:
        if not find_rows(text):
            raise ValueError(unknown_tag(text, None))
        return WeightsPlan(text)
    if text == "imagenet":
        size = None if input_shape is None else sorted(input_shape)[-1]
        info = best_classifier(variant, size)
    else:
        info = weights_info(text, variant)
    return with_info(info.tag, info)


def is_file(weights: str | Path) -> bool:
    """Whether a `weights` argument is a path rather than a tag."""
    text = str(weights)
    if isinstance(weights, Path) or text.endswith(ENDINGS):
        return True
    return not find_rows(text) and Path(text).exists()


def with_info(source: str, info: WeightsInfo | None) -> WeightsPlan:
    """The plan of a source of which the catalogue knows something or nothing."""
    if info is None:
        return WeightsPlan(source)
    return WeightsPlan(source, info, info.input_size, dict(info.build))


def find_repository(address: str, variant: str | None) -> WeightsInfo | None:
    """The catalogue's row of a repository, if it has one."""
    parts = ADDRESS.fullmatch(address)
    for info in catalogue():
        if parts and info.repository == parts["repository"]:
            return info if variant in (None, info.variant) else None
    return None
