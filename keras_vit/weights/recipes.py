"""How the images of a checkpoint are prepared."""

from typing import NamedTuple

from keras_vit.weights.catalogue import HALF_MEAN_STD, WeightsInfo, catalogue
from keras_vit.weights.lookup import find_rows, weights_info


class Recipe(NamedTuple):
    """What is done to images before a model sees them.

    Args:
        mean: Mean of each channel, for images from 0 to 1.
        std: Standard deviation of each channel.
        interpolation: How they are resized.
        crop: Fraction of the resized image that the center crop keeps.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]
    interpolation: str
    crop: float


PAPER = Recipe(*HALF_MEAN_STD, interpolation="bicubic", crop=1.0)


def find_recipe(weights: str | None, variant: str | None) -> Recipe:
    """The recipe of a tag, of a variant, or of the ViT paper.

    Raises:
        ValueError: If the tag is unknown, or shared by variants with other recipes.
    """
    if weights is None and variant is None:
        return PAPER
    if weights is None:
        rows = [info for info in catalogue() if info.variant == variant]
        if len(set(map(recipe_of, rows))) == 1:
            return recipe_of(rows[0])
        weights = "imagenet"
    return recipe_of(find_info(weights, variant))


def find_info(tag: str, variant: str | None) -> WeightsInfo:
    """Look a tag up; a shared tag needs no variant where all expect the same."""
    rows = find_rows(tag) if variant is None else []
    recipes = set(map(recipe_of, rows))
    return rows[0] if len(recipes) == 1 else weights_info(tag, variant)


def recipe_of(info: WeightsInfo) -> Recipe:
    """The recipe of a row of the catalogue."""
    return Recipe(info.mean, info.std, info.interpolation, info.crop)
