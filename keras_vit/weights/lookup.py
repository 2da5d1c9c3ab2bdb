"""Tags to rows of the catalogue."""

import difflib

from keras_vit.weights.catalogue import WeightsInfo, catalogue, variants


def list_weights(variant: str | None = None) -> list[str]:
    """List the tags of published weights.

    Args:
        variant: Name of a model, as in `"ViTB16"`; None for the tags of all.

    Returns:
        List of tags, each of which can be given as `weights=`.

    Raises:
        ValueError: If no such variant is known.

    Example:
    ```python
    import keras_vit

    assert "augreg_in21k_ft_in1k" in keras_vit.list_weights("ViTB16")
    assert keras_vit.list_weights("ViTS14") == ["dinov2", "dinov2_registers"]
    ```
    """
    if variant is not None and variant not in variants():
        raise ValueError(
            f"No weights are known for the variant {variant!r}. Expected one of "
            f"{', '.join(variants())}."
        )
    rows = (info for info in catalogue() if variant in (None, info.variant))
    return list(dict.fromkeys(info.tag for info in rows))


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
    if tag == "imagenet" and variant is not None:
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
