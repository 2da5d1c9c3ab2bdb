"""Tags to rows of the catalogue."""

import difflib
from collections.abc import Mapping
from typing import Any

from keras_vit.weights.catalogue import WeightsInfo, catalogue, variants
from keras_vit.weights.configs import SIZES
from keras_vit.weights.geometry import variants_with
from keras_vit.weights.listing import list_weights


def weights_info(tag: str, variant: str | None = None) -> WeightsInfo:
    """Look up one checkpoint: where it lives, what it expects, its licence.

    Args:
        tag: A tag of `list_weights()`, `"imagenet"` for a variant's best
            classification weights, or timm's full name, as in
            `"vit_base_patch16_224.augreg_in21k_ft_in1k"`.
        variant: Name of a model, as in `"ViTB16"`; needed where several variants
            have weights of this tag.

    Returns:
        A `WeightsInfo`; printing it shows one fact a line.

    Raises:
        ValueError: If there is no such tag, or several variants have it and none
            was named.

    Example:
    ```python
    import keras_vit

    info = keras_vit.weights_info("augreg_in21k_ft_in1k_384", "ViTB16")
    assert (info.input_size, info.classes) == (384, 1000)
    ```
    """
    if tag == "imagenet":
        if variant is None:
            raise ValueError(
                "'imagenet' is the best classifier of a variant, another checkpoint "
                "for each: name the variant, as in "
                "`weights_info('imagenet', 'ViTB16')`."
            )
        return best_classifier(variant)
    found = find_rows(tag, variant)
    if not found:
        raise ValueError(unknown_tag(tag, variant))
    if len(found) > 1:
        raise ValueError(
            f"The tag {tag!r} is shared by several variants: "
            f"{', '.join(info.variant for info in found)}. Name one, as in "
            f"`weights_info({tag!r}, {found[0].variant!r})`."
        )
    return found[0]


def find_rows(tag: str, variant: str | None = None) -> list[WeightsInfo]:
    """All rows of a tag; a tag that is known at one larger size alone may go bare."""
    if variant is not None:
        list_weights(variant)
    rows = [info for info in catalogue() if variant in (None, info.variant)]
    for matches in (
        lambda info: info.tag == tag,
        lambda info: info.repository == f"timm/{tag}",
        lambda info: info.tag == f"{tag}_384",
    ):
        found = [info for info in rows if matches(info)]
        if found:
            return found
    return []


def find_variant(tag: str, sizes: Mapping[str, Any]) -> str:
    """The variant of some sizes that a tag is meant for.

    Raises:
        ValueError: If the tag is unknown, or no variant of these sizes has it.
    """
    if tag != "imagenet" and not find_rows(tag):
        raise ValueError(unknown_tag(tag, None))
    told = {name: sizes[name] for name in SIZES if name in sizes}
    alike = variants_with(told, sizes.get("patch_size", ())) if told else []
    for name in alike:
        if tag == "imagenet" or find_rows(tag, name):
            return name
    shown = ", ".join(f"{name}={size}" for name, size in told.items())
    known = variants() if tag == "imagenet" else [i.variant for i in find_rows(tag)]
    raise ValueError(
        f"The tag {tag!r} is of published weights, and no variant that has it is of "
        f"{shown or 'sizes that are not told'}. It is known for {', '.join(known)}: "
        "take one of these, as in "
        f"`keras_vit.{known[0]}(weights={tag!r})`, or give a path or "
        "'hf://organisation/repository'."
    )


def unknown_tag(tag: str, variant: str | None) -> str:
    """The message for a tag that is not in the catalogue."""
    known = list_weights(variant)
    close = difflib.get_close_matches(str(tag), known, n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
    scope = f"weights of {variant}" if variant else "weights"
    return (
        f"There are no {scope} with the tag {tag!r}.{hint} Known are "
        f"'imagenet', {', '.join(known)}; a path and 'hf://organisation/repository' "
        "are also understood."
    )


def best_classifier(variant: str, input_size: int | None = None) -> WeightsInfo:
    """Choose what `weights="imagenet"` means for a variant.

    Args:
        variant: Name of the model.
        input_size: Side of the images in pixels; the variant's usual size if None.

    Returns:
        The row with the highest published top-1 accuracy among the ImageNet-1k
        classifiers that were trained nearest to that size.

    Raises:
        ValueError: If the variant has no such weights.
    """
    tags = list_weights(variant)
    rows = [
        info
        for info in catalogue()
        if info.variant == variant and info.classes == 1000 and info.repository
    ]
    if not rows:
        raise ValueError(
            f"{variant} has no weights of an ImageNet-1k classifier, so "
            f"weights='imagenet' means nothing here. Known are {', '.join(tags)}."
        )
    wanted = input_size or 224
    return min(rows, key=lambda r: (abs(r.input_size - wanted), -(r.top1 or 0.0)))
