"""What `image_batches` asks of its arguments, in the order in which it is asked."""

from pathlib import Path
from typing import Any

from keras_vit.data.augmentation import Augmentation
from keras_vit.data.crops import INTERPOLATIONS
from keras_vit.data.ranges import check_counts, is_count, is_number, is_within

RESIZES = ("crop", "squash", "random_crop")


def as_size(image_size: Any) -> tuple[int, int]:
    """Return (height, width) of an int or a pair of ints above zero."""
    pair = (image_size, image_size) if is_number(image_size) else image_size
    if (
        not isinstance(pair, tuple | list)
        or len(pair) != 2
        or not all(is_count(side) for side in pair)
    ):
        raise ValueError(
            "image_size must be a whole number above zero, or (height, width) of such. "
            f"Received: image_size={image_size!r}"
        )
    return int(pair[0]), int(pair[1])


def check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    """Raise ValueError unless `value` is one of `choices`."""
    if value not in choices:
        raise ValueError(
            f"{name} must be one of {', '.join(map(repr, choices))}. "
            f"Received: {name}={value!r}"
        )


def check_resize(
    resize: str,
    interpolation: str,
    crop_ratio: Any,
    crop_area: Any,
    training: bool,
) -> None:
    """Raise ValueError unless these say how an image gets its size."""
    check_choice("resize", resize, RESIZES)
    check_choice("interpolation", interpolation, INTERPOLATIONS)
    if not is_within(crop_ratio, 0.0, 1.0) or crop_ratio == 0:
        raise ValueError(
            "crop_ratio must be above 0 and at most 1, the share of each side that is "
            f"kept. Received: crop_ratio={crop_ratio!r}"
        )
    is_pair = isinstance(crop_area, tuple | list) and len(crop_area) == 2
    low, high = crop_area if is_pair else (0, 0)
    if not is_within(low, 0.0, high) or not is_within(high, low, 1.0) or low == 0:
        raise ValueError(
            "crop_area must be (lowest, highest), the share of the image's area that "
            "a random crop takes, with 0 < lowest <= highest <= 1. "
            f"Received: crop_area={crop_area!r}"
        )
    if resize == "random_crop" and not training:
        raise ValueError(
            "resize='random_crop' is for training=True. Use 'crop' or 'squash' here."
        )


def check_augmentation(augmentation: Any, training: bool) -> None:
    """Raise ValueError unless `augmentation` is None or an Augmentation in training."""
    if augmentation is None:
        return
    if not isinstance(augmentation, Augmentation):
        raise ValueError(
            "augmentation must be None or a keras_vit.data.Augmentation. "
            f"Received: augmentation={augmentation!r}"
        )
    if not training:
        raise ValueError(
            "augmentation is for training=True: evaluated images are left as they are."
        )


def check_classes(num_classes: int | None, one_hot: bool) -> None:
    """Raise ValueError if labels cannot be one-hot for want of the class count."""
    if one_hot and num_classes is None:
        raise ValueError(
            "One-hot labels (one_hot=True, or MixUp or CutMix in the augmentation) "
            "need num_classes, since a tf.data.Dataset does not tell it."
        )


def check_options(cache: Any, shuffle_buffer: Any, num_classes: Any, seed: Any) -> None:
    """Raise ValueError unless the remaining options are of their types."""
    if cache is not None and not isinstance(cache, bool | str | Path) or cache == "":
        raise ValueError(
            f"cache must be None, True, False or a path. Received: cache={cache!r}"
        )
    counts = {"shuffle_buffer": shuffle_buffer, "num_classes": num_classes}
    check_counts(**{k: value for k, value in counts.items() if value is not None})
    if seed is not None and seed != 0 and not is_count(seed):
        raise ValueError(
            f"seed must be None or a whole number from 0. Received: seed={seed!r}"
        )


def as_drop_remainder(
    asked: bool | None, training: bool, size: int | None, batch_size: int
) -> bool:
    """Return whether to drop a last batch that is not full.

    Raises:
        ValueError: If there are no images, or none would be left.
    """
    if size == 0:
        raise ValueError("The source is empty. Expected at least one image.")
    too_few = size is not None and size < batch_size
    if asked and too_few:
        raise ValueError(
            f"No batch is left: drop_remainder=True and batch_size={batch_size}, but "
            f"there are {size} images. Make the batches smaller."
        )
    return training and not too_few if asked is None else asked
