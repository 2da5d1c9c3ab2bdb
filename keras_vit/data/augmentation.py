"""What training does to images, as one small value, and the functions it stands for.

Augmentation belongs here, in tf.data, and not in the model: it then runs beside the
accelerator rather than on it, and it is not part of what is saved or exported.
"""

import dataclasses
import functools
import math
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from keras_vit.data.chance import erase, flip
from keras_vit.data.draws import Draws
from keras_vit.data.rand_augment import MAX_MAGNITUDE, rand_augment
from keras_vit.data.ranges import as_flag, is_count, is_within, plain


@dataclasses.dataclass(frozen=True)
class Augmentation:
    """What `image_batches` does to the images of a training set.

    The default only flips. Nothing here needs the model or its backend: the work is
    done inside tf.data.

    Args:
        flip: Whether to mirror each image left to right with probability one half.
            Turn it off where left and right mean something, as in digits and text.
        rand_augment: `(num_ops, magnitude)`, of which `(2, 9)` is usual, or None. Each
            image gets `num_ops` of 14 operations, drawn anew, all of them at this
            magnitude from 0 to 10, as in https://arxiv.org/abs/1909.13719: 9 always
            turns by 27 degrees, to the one side or the other. The strengths are those
            of timm's "inc1" recipes. A third number is timm's `mstd`, the standard
            deviation of the magnitudes about the second: `(2, 9, 0.5)` is
            "rand-m9-mstd0.5-inc1", but that timm leaves out each operation with
            probability one half, and the paper none.
        random_erasing: Probability with which a rectangle of an image is replaced by
            noise (https://arxiv.org/abs/1708.04896).
        mixup_alpha: Each image is blended with another of its batch, by a weight drawn
            from Beta(alpha, alpha) (https://arxiv.org/abs/1710.09412). 0 is off.
        cutmix_alpha: A rectangle of each image is taken from another of its batch, of
            an area drawn from Beta(alpha, alpha), alpha at most 1
            (https://arxiv.org/abs/1905.04899). 0 is off. With both MixUp and CutMix,
            each batch gets one of the two, chosen at random.

    Raises:
        ValueError: If a value is out of its range.

    Example:
    ```python
    import keras_vit

    augmentation = keras_vit.data.Augmentation(rand_augment=(2, 9), mixup_alpha=0.2)
    print(augmentation.mixes_labels)  # True: the labels have to be one-hot
    ```
    """

    flip: bool = True
    rand_augment: tuple[int, float] | tuple[int, float, float] | None = None
    random_erasing: float = 0.0
    mixup_alpha: float = 0.0
    cutmix_alpha: float = 0.0

    def __post_init__(self):
        values = {
            "flip": as_flag("flip", self.flip),
            "random_erasing": _in_range("random_erasing", self.random_erasing, 1.0),
            "mixup_alpha": _in_range("mixup_alpha", self.mixup_alpha, math.inf),
            "cutmix_alpha": _in_range("cutmix_alpha", self.cutmix_alpha, 1.0),
            "rand_augment": _as_rand_augment(self.rand_augment),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)  # frozen for everybody else

    @property
    def mixes_labels(self) -> bool:
        """Whether labels are blended, and so have to be one-hot."""
        return self.mixup_alpha > 0 or self.cutmix_alpha > 0


def _in_range(name: str, value: Any, highest: float) -> float:
    number = plain(value)
    if not is_within(number, 0.0, highest) or number == math.inf:
        wanted = "0 (off) or more" if highest == math.inf else f"from 0 to {highest:g}"
        raise ValueError(f"{name} must be a number, {wanted}. Received: {name}={value}")
    return float(number)


def _as_rand_augment(value: Any) -> tuple | None:
    if value is None:
        return None
    numbers = plain(value)
    if isinstance(numbers, tuple) and len(numbers) in (2, 3):
        num_ops, *levels = numbers
        # An array has one type for all of them.
        if isinstance(num_ops, float) and num_ops.is_integer():
            num_ops = int(num_ops)
        fit = all(is_within(level, 0.0, MAX_MAGNITUDE) for level in levels)
        if is_count(num_ops) and fit:
            return num_ops, *levels
    raise ValueError(
        "rand_augment must be None, (num_ops, magnitude) or (num_ops, magnitude, "
        "deviation), with num_ops a whole number of at least 1 and the others numbers: "
        f"magnitude from 0 to {MAX_MAGNITUDE:g}, such as (2, 9) or (2, 9, 0.5). "
        f"Received: rand_augment={value!r}"
    )


def image_augmenter(
    augmentation: Augmentation, channels: int
) -> Callable[[tf.Tensor, Draws], tf.Tensor]:
    """Return a function from an image (H, W, C) in 0 .. 255 to an augmented one.

    An image that is only flipped stays as it is, uint8 as a rule, else the result is
    float32. The order is timm's: flip, RandAugment, erase.
    """
    steps: list[Callable[[tf.Tensor, Draws], tf.Tensor]] = []
    if augmentation.flip:
        steps.append(flip)
    if augmentation.rand_augment is not None:
        steps.append(rand_augment(channels, *augmentation.rand_augment))
    if augmentation.random_erasing > 0:
        steps.append(functools.partial(erase, probability=augmentation.random_erasing))

    def augment(image: tf.Tensor, draws: Draws) -> tf.Tensor:
        for step in steps:
            image = step(image, draws)
        return image

    return augment
