"""How an image gets the batches' size, as one small value."""

import dataclasses
import functools
from collections.abc import Callable
from typing import Any, TypedDict

from keras_vit.data import crops
from keras_vit.data.cut import Cut
from keras_vit.data.draws import Draws
from keras_vit.data.ranges import check_choice, is_within, plain

METHODS = ("crop", "squash", "random_crop")
INTERPOLATION = "bicubic"
CROP_RATIO = 1.0


@dataclasses.dataclass(frozen=True)
class Resize:
    """How `image_batches` brings images to their size.

    Args:
        method: "crop" keeps the proportions and cuts the middle, "squash" does not,
            "random_crop" takes a random rectangle (training only).
        interpolation: "bicubic", "bilinear" or "nearest", antialiased. None takes that
            of the weights, if `image_batches` is told of any, or else "bicubic".
        crop_ratio: The share of each side that "crop" keeps. None takes that of the
            weights, or else all of it.
        crop_area: The least and the greatest share of the area that "random_crop"
            takes, drawn evenly; the proportions are drawn log-evenly from 3:4 to 4:3.

    Raises:
        ValueError: If a value is out of its range.

    Example:
    ```python
    import keras_vit

    resize = keras_vit.data.Resize("random_crop", crop_area=(0.25, 1.0))
    train = keras_vit.data.image_batches(
        "digits", image_size=8, resize=resize, training=True
    )
    ```
    """

    method: str = "crop"
    interpolation: str | None = None
    crop_ratio: float | None = None
    crop_area: tuple[float, float] = (0.08, 1.0)

    def __post_init__(self):
        check_choice("resize", self.method, METHODS)
        if self.interpolation is not None:
            check_choice("interpolation", self.interpolation, crops.INTERPOLATIONS)
        # Frozen for everybody else; what NumPy has becomes what Python has.
        object.__setattr__(self, "crop_ratio", _as_ratio(self.crop_ratio))
        object.__setattr__(self, "crop_area", _as_area(self.crop_area))

    @property
    def is_random(self) -> bool:
        """Whether each epoch has other pixels."""
        return self.method == "random_crop"

    def fixed(self, size: tuple[int, int]) -> Cut | None:
        """Return the resize without chance in it, or None if it is a random crop."""
        if self.is_random:
            return None
        interpolation = self.interpolation or INTERPOLATION
        if self.method == "squash":
            return crops.squash(size, interpolation)
        return crops.center_crop(size, interpolation, self.crop_ratio or CROP_RATIO)

    def random(self, size: tuple[int, int]) -> Callable[[Draws], Cut] | None:
        """Return what draws a random crop, or None where the resize is fixed."""
        if not self.is_random:
            return None
        return functools.partial(
            crops.random_crop,
            size=size,
            interpolation=self.interpolation or INTERPOLATION,
            crop_area=self.crop_area,
        )


class ResizeOptions(TypedDict, total=False):
    """What `image_batches` takes by itself too, as it did before there was `Resize`."""

    interpolation: str | None
    crop_ratio: float | None
    crop_area: tuple[float, float] | None


def as_resize(resize: Any, options: ResizeOptions) -> Resize:
    """Return the Resize of a method and its options, or the one that was passed.

    Raises:
        ValueError: If a value is out of its range, or options stand beside a Resize.
        TypeError: If an option does not exist, as Python has it for any function.
    """
    for name in options:
        if name not in ResizeOptions.__annotations__:
            raise TypeError(f"image_batches() has no argument {name!r}")
    given: dict[str, Any] = {k: v for k, v in options.items() if v is not None}
    if not isinstance(resize, Resize):
        return Resize(resize, **given)
    if given:
        raise ValueError(
            f"{', '.join(given)} must stand in the Resize if there is one. "
            f"Received: resize={resize}, {', '.join(f'{k}={given[k]}' for k in given)}"
        )
    return resize


def _as_ratio(value: Any) -> float | None:
    ratio = plain(value)
    if ratio is None or (is_within(ratio, 0.0, 1.0) and ratio > 0):
        return ratio
    raise ValueError(
        "crop_ratio must be above 0 and at most 1, the share of each side that is "
        f"kept. Received: crop_ratio={value!r}"
    )


def _as_area(value: Any) -> tuple[float, float]:
    area = plain(value)
    if isinstance(area, tuple) and len(area) == 2:
        low, high = area
        if is_within(high, 0.0, 1.0) and is_within(low, 0.0, high) and low > 0:
            return float(low), float(high)
    raise ValueError(
        "crop_area must be (lowest, highest), the share of the image's area that "
        "a random crop takes, with 0 < lowest <= highest <= 1. "
        f"Received: crop_area={value!r}"
    )
