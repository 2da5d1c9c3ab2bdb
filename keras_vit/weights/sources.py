"""From a tag, an address or a path to a file on this machine."""

from dataclasses import dataclass
from pathlib import Path

from keras_vit.weights.catalogue import (
    NON_COMMERCIAL,
    NON_COMMERCIAL_REPOSITORIES,
    WeightsInfo,
)
from keras_vit.weights.download import ADDRESS, download_from_hub
from keras_vit.weights.geometry import Geometry, variants_like
from keras_vit.weights.lookup import (
    best_classifier,
    find_rows,
    unknown_tag,
    weights_info,
)
from keras_vit.weights.plain_address import download_from_url
from keras_vit.weights.planning import as_path, find_repository, is_file
from keras_vit.weights.repositories import facts_of


@dataclass(frozen=True)
class Located:
    """A file or folder on this machine and what is known of it.

    Args:
        path: Where it lies.
        info: The catalogue's record, or None.
        licence: What to know of the licence, or None.
        image_size: `(rows, columns)` of the images that it was trained on, or None.
    """

    path: Path
    info: WeightsInfo | None = None
    licence: str | None = None
    image_size: tuple[int, int] | None = None


def locate(source: str | Path, variant: str | None, geometry: Geometry) -> Located:
    """Turn a tag, an address or a path into a file or folder on this machine."""
    text = str(source)
    address = ADDRESS.fullmatch(text)
    if address:
        info = find_repository(text, None)
        size = told_size(text) if info is None else (info.input_size,) * 2
        path = download_from_hub(**address.groupdict())
        forbidden = address["repository"].startswith(NON_COMMERCIAL_REPOSITORIES)
        return Located(path, info, licence_note(info, forbidden), size)
    if text.startswith("hf://"):
        raise ValueError(
            f"{text!r} is not an address on the hub; expected "
            "'hf://organisation/repository', then '@revision' and '/file' if wished."
        )
    if is_file(source):
        path = as_path(source)
        return Located(path, image_size=told_size(path))
    info = find_info(text, variant, geometry)
    if info.repository:
        path = download_from_hub(info.repository, info.file)
    else:
        path = download_from_url(str(info.url), info.bytes, info.sha256)
    return Located(path, info, licence_note(info), (info.input_size,) * 2)


def told_size(weights: str | Path) -> tuple[int, int] | None:
    """Size of the images that a configuration beside the weights tells."""
    facts = facts_of(weights)
    return None if facts is None else facts.image_size


def licence_note(info: WeightsInfo | None, forbidden: bool = False) -> str | None:
    """What is said of a licence that forbids commercial use, None for others."""
    if forbidden or (info is not None and not info.commercial_use):
        return f"{NON_COMMERCIAL}: these weights may not be used commercially"
    return None


def find_info(tag: str, variant: str | None, geometry: Geometry) -> WeightsInfo:
    """Look a tag up, for the variant named or the one that the model is."""
    if variant is not None:
        return weights_info(tag, variant)
    if tag != "imagenet" and not find_rows(tag):
        raise ValueError(unknown_tag(tag, None))
    for name in variants_like(geometry):
        if tag == "imagenet":
            return best_classifier(name, geometry.image_size)
        if find_rows(tag, name):
            return weights_info(tag, name)
    raise ValueError(
        f"The tag {tag!r} has no weights for a {geometry.family} of hidden_dim "
        f"{geometry.hidden_dim} and {sum(geometry.blocks)} blocks. Known for "
        f"this tag: {', '.join(info.variant for info in find_rows(tag)) or 'none'}."
    )
