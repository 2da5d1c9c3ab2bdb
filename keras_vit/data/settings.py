"""The arguments of `image_batches` as one value."""

import dataclasses

from keras_vit.data.augmentation import Augmentation
from keras_vit.data.resize import Resize


@dataclasses.dataclass(frozen=True)
class Settings:
    """The arguments of `image_batches`, checked and complete."""

    size: tuple[int, int]
    batch_size: int
    training: bool
    channels: int
    resize: Resize
    mean: tuple[float, ...]
    std: tuple[float, ...]
    augmentation: Augmentation | None
    one_hot: bool
    cache: bool | str | None
    shuffle_buffer: int | None
    drop_remainder: bool | None
    seed: int | None
