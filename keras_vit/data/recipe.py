"""How images are prepared for the weights that a model has."""

import dataclasses
from typing import Any

from keras_vit.data.normalize import DEFAULT_MEAN, DEFAULT_STD
from keras_vit.data.ranges import short
from keras_vit.data.resize import Resize
from keras_vit.weights.recipes import find_info


def recipe(
    weights: str | None, variant: str | None, mean: Any, std: Any, resize: Resize
) -> tuple[Any, Any, Resize]:
    """Take each setting from the caller, else from the weights, else the default.

    Args:
        weights: A tag of `keras_vit.list_weights()`, or None.
        variant: Name of the model, as in "ViTB16", where variants share the tag.
        mean: The caller's, None if not set.
        std: The caller's, None if not set.
        resize: The caller's, with None for what is not set.

    Returns:
        Mean, std and the resize.

    Raises:
        ValueError: If the tag is unknown or ambiguous.
    """
    for name, value in {"weights": weights, "variant": variant}.items():
        if value is not None and not isinstance(value, str):
            raise ValueError(f"{name} must be None or a name. Received {short(value)}")
    if weights is None:
        return (
            DEFAULT_MEAN if mean is None else mean,
            DEFAULT_STD if std is None else std,
            resize,
        )
    info = find_info(weights, variant)
    resize = dataclasses.replace(
        resize,
        interpolation=resize.interpolation or info.interpolation,
        crop_ratio=resize.crop_ratio or info.crop,
    )
    return info.mean if mean is None else mean, info.std if std is None else std, resize
