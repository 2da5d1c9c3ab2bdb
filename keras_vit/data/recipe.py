"""How images are prepared for the weights that a model has."""

from typing import Any

from keras_vit.data.normalize import DEFAULT_MEAN, DEFAULT_STD
from keras_vit.weights.preprocessing import find_info

DEFAULTS = {
    "mean": DEFAULT_MEAN,
    "std": DEFAULT_STD,
    "interpolation": "bicubic",
    "crop_ratio": 1.0,
}


def recipe(weights: str | None, variant: str | None, **given: Any) -> tuple[Any, ...]:
    """Take each setting from the caller, else from the weights, else the default.

    Args:
        weights: A tag of `keras_vit.list_weights()`, or None.
        variant: Name of the model, as in "ViTB16", where variants share the tag.
        **given: The caller's mean, std, interpolation and crop_ratio, None if not set.

    Returns:
        The four settings in the order of `given`.

    Raises:
        ValueError: If the tag is unknown or ambiguous.
    """
    found = dict(DEFAULTS)
    if weights is not None:
        info = find_info(weights, variant)
        found = {
            "mean": info.mean,
            "std": info.std,
            "interpolation": info.interpolation,
            "crop_ratio": info.crop,
        }
    return tuple(
        found[name] if value is None else value for name, value in given.items()
    )
