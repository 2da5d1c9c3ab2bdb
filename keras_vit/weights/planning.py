"""What a model has to be like for the weights that it is to receive."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keras_vit.weights.catalogue import WeightsInfo, catalogue
from keras_vit.weights.download import ADDRESS
from keras_vit.weights.formats import ENDINGS
from keras_vit.weights.lookup import (
    best_classifier,
    find_rows,
    find_variant,
    unknown_tag,
    weights_info,
)
from keras_vit.weights.repositories import check_sizes, facts_of


@dataclass(frozen=True)
class WeightsPlan:
    """What `weights=` means for a variant.

    Args:
        source: What to give to `load_weights`, or None for random weights.
        info: The catalogue's record, or None for a path or repository.
        variant: Name of the variant whose tag is meant, or None.
        input_size: Side of the images that the weights were trained on, in pixels, or
            (rows, columns); None where nobody knows.
        build: Arguments of the builder that the checkpoint asks for.
        told: Mean and std, where a repository or folder tells them.
    """

    source: str | Path | None
    info: WeightsInfo | None = None
    variant: str | None = None
    input_size: int | tuple[int, int] | None = None
    build: dict = field(default_factory=dict)
    told: tuple[tuple[float, ...], tuple[float, ...]] | None = None

    @property
    def mean_std(self) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
        """Mean and std that the weights expect, None where nobody knows."""
        return self.told if self.info is None else (self.info.mean, self.info.std)


def plan_weights(
    variant: str | None,
    weights: str | Path | None,
    input_shape: tuple[int, int, int] | None = None,
    sizes: Mapping[str, Any] | None = None,
    given: Collection[str] = (),
) -> WeightsPlan:
    """Resolve the `weights` argument of a model before it is built.

    Args:
        variant: Name of the variant, as in `"ViTB16"`; None for a model of any size.
        weights: None, a tag, `"imagenet"`, `"hf://organisation/repository"` or a path.
        input_shape: Shape of the images, in any order of axes, or None.
        sizes: The arguments that the model is to be built with; those of a published
            variant make its tags known to a model of any size.
        given: Names of those arguments that the caller gave.

    Returns:
        The plan.

    Raises:
        ValueError: If the tag is unknown for the variant, or a repository tells of a
            model of another size.

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
    if text.startswith("hf://"):
        info = find_repository(text, variant)
        if info is not None:
            return with_info(text, info)
        return with_facts(text, variant, sizes or {}, given)
    if is_file(weights):
        return with_facts(as_path(weights), variant, sizes or {}, given)
    if variant is None and not sizes:
        if not find_rows(text):
            raise ValueError(unknown_tag(text, None))
        return WeightsPlan(text)
    if variant is None:
        variant = find_variant(text, sizes or {})
    if text == "imagenet":
        size = None if input_shape is None else sorted(input_shape)[-1]
        info = best_classifier(variant, size)
    else:
        info = weights_info(text, variant)
    return with_info(info.tag, info)


def as_path(weights: str | Path) -> Path:
    """The path that is meant, with "~" for the home folder."""
    return Path(weights).expanduser()


def is_file(weights: str | Path) -> bool:
    """Whether a `weights` argument is a path rather than a tag."""
    text = str(weights)
    if isinstance(weights, os.PathLike) or text.endswith(ENDINGS):
        return True
    return not find_rows(text) and as_path(text).exists()


def with_info(source: str, info: WeightsInfo) -> WeightsPlan:
    """The plan of a source that the catalogue knows."""
    return WeightsPlan(
        source, info, info.variant, info.input_size, build=dict(info.build)
    )


def with_facts(
    weights: str | Path,
    variant: str | None,
    sizes: Mapping[str, Any],
    given: Collection[str],
) -> WeightsPlan:
    """The plan of a source of which its own configuration tells, if there is one."""
    facts = facts_of(weights)
    if facts is None:
        return WeightsPlan(weights)
    if sizes:
        check_sizes(facts, weights, variant, sizes, given)
    build = dict(facts.build)
    if facts.classes:
        build["classes"] = facts.classes
    if sizes.get("include_top") is False:
        build.pop("pooling", None)  # what the classifier reads; now the user decides
    rows, columns = facts.image_size or (None, None)
    size = rows if rows == columns else facts.image_size
    return WeightsPlan(weights, input_size=size, build=build, told=facts.mean_std)


def find_repository(address: str, variant: str | None) -> WeightsInfo | None:
    """The catalogue's row of a repository, if it has one."""
    parts = ADDRESS.fullmatch(address)
    for info in catalogue():
        if parts and info.repository == parts["repository"]:
            return info if variant in (None, info.variant) else None
    return None
