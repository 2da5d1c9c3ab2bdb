"""What `image_batches` asks of its arguments, and what it makes of them."""

import os
from typing import Any

from keras_vit.data.augmentation import Augmentation
from keras_vit.data.ranges import LARGEST, as_count, as_flag, is_count, plain
from keras_vit.data.resize import Resize


def as_size(image_size: Any) -> tuple[int, int]:
    """Return (height, width) of an int or a pair of ints above zero."""
    size = plain(image_size)
    pair = size if isinstance(size, tuple) else (size, size)
    if len(pair) != 2 or not all(is_count(side) for side in pair):
        raise ValueError(
            "image_size must be a whole number above zero, or (height, width) of such. "
            f"Received: image_size={image_size!r}"
        )
    return int(pair[0]), int(pair[1])


def check_training_only(
    resize: Resize, augmentation: Augmentation | None, training: bool
) -> None:
    """Raise ValueError if images would be changed at random, but not for training."""
    if augmentation is not None and not isinstance(augmentation, Augmentation):
        raise ValueError(
            "augmentation must be None or a keras_vit.data.Augmentation. "
            f"Received: augmentation={augmentation!r}"
        )
    if training:
        return
    if resize.is_random:
        raise ValueError(
            "resize='random_crop' is for training=True. Use 'crop' or 'squash' here."
        )
    if augmentation is not None:
        raise ValueError(
            "augmentation is for training=True: evaluated images are left as they are."
        )


def as_cache(cache: Any) -> bool | str | None:
    """Return None, True, False or a path."""
    kept = plain(cache)
    if isinstance(kept, os.PathLike):
        kept = os.fspath(kept)
    if kept is None or isinstance(kept, bool) or (isinstance(kept, str) and kept):
        return kept
    raise ValueError(
        f"cache must be None, True, False or a path. Received: cache={cache!r}"
    )


def as_seed(seed: Any) -> int | None:
    """Return None or a whole number from 0."""
    number = plain(seed)
    if number is None or is_count(number) or (number == 0 and number is not False):
        return None if number is None else int(number)
    raise ValueError(
        f"seed must be None or a whole number from 0 to {LARGEST}. "
        f"Received: seed={seed!r}"
    )


def as_classes(num_classes: Any, class_names: Any) -> tuple[int | None, tuple | None]:
    """Return how many classes there are, and their names, each None if not given."""
    count = None if num_classes is None else as_count("num_classes", num_classes)
    if class_names is None:
        return count, None
    names = plain(class_names)
    if isinstance(names, tuple):
        names = tuple(n.decode() if isinstance(n, bytes) else n for n in names)
    if (
        not isinstance(names, tuple)
        or not names
        or not all(isinstance(name, str) for name in names)
        or len(set(names)) < len(names)
    ):
        raise ValueError(
            "class_names must be None, or the distinct names of the classes in the "
            f"order of their labels. Received: class_names={class_names!r}"
        )
    if count not in (None, len(names)):
        raise ValueError(
            f"There must be as many class_names as num_classes={num_classes}. "
            f"Received {len(names)}: leave num_classes out."
        )
    return len(names), names


def as_buffer(shuffle_buffer: Any) -> int | None:
    """Return None or a whole number above zero."""
    if shuffle_buffer is None:
        return None
    return as_count("shuffle_buffer", shuffle_buffer)


def as_drop_remainder(asked: Any) -> bool | None:
    """Return None, True or False."""
    return None if asked is None else as_flag("drop_remainder", asked)
