"""What a repository or folder tells of its model, beside the weights: config.json."""

from pathlib import Path

from keras_vit.weights.configs import timm, transformers
from keras_vit.weights.configs.facts import SIZES, Facts, channels_of
from keras_vit.weights.folders import read_json

__all__ = ["SIZES", "Facts", "read_facts"]


def read_facts(config: Path, preprocessor: Path | None = None) -> Facts | None:
    """Read the configurations of a model and of what comes before it.

    Args:
        config: transformers' or timm's `config.json`.
        preprocessor: transformers' `preprocessor_config.json`, or None.

    Returns:
        The facts, or None where the model is of no kind that is built here.

    Raises:
        ValueError: If a file is broken, or tells of a related model that is not built
            here.
    """
    content = read_json(config)
    try:
        facts = transformers.read(content) or timm.read(content)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"'{config}' is not of a model for here: {error}.") from error
    if facts is None or preprocessor is None:
        return facts
    images = read_json(preprocessor)
    mean_std = channels_of(images.get("image_mean"), images.get("image_std"))
    return Facts(**{**vars(facts), "mean_std": mean_std})
