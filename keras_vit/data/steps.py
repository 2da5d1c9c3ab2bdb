"""The steps of the pipeline, each a function on a tf.data.Dataset or on an element."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tensorflow as tf

from keras_vit.data import crops, images
from keras_vit.data.augmentation import Augmentation, image_augmenter
from keras_vit.data.draws import Draws
from keras_vit.data.mixing import batch_mixer
from keras_vit.data.normalize import normalize
from keras_vit.data.source import Source

CACHE_BYTES = 2**30
SHUFFLE_BYTES = 2**30
SHUFFLE_ELEMENTS = 10_000  # where nobody can say how large an element is

Resize = Callable[[tf.Tensor], tf.Tensor]
RandomResize = Callable[[tf.Tensor, Draws], tf.Tensor]


def parallel_map(dataset: tf.data.Dataset, function: Callable) -> tf.data.Dataset:
    """Map on as many threads as pay off.

    The functions hold no Python branches on tensors, so AutoGraph is left out: it would
    only make them slower to trace.
    """
    function = tf.autograph.experimental.do_not_convert(function)
    return dataset.map(function, num_parallel_calls=tf.data.AUTOTUNE)


def loader(
    source: Source, channels: int, resize: Resize | None
) -> Callable[[Any, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
    """Return a function from (record, label) to (image, label).

    The resize belongs before the cache, which then holds small images of one size. A
    random crop cannot: the cache would freeze it. It is passed to `augmenter`.
    """

    def load(record: Any, label: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        image = source.load(record)
        image = images.to_channels(image, channels, source.name(record))
        return (image if resize is None else resize(image)), label

    return load


def fixed_resize(
    resize: str, size: tuple[int, int], interpolation: str, crop_ratio: float
) -> Resize | None:
    """Return the resize that has no chance in it, or None if it is a random crop."""
    if resize == "random_crop":
        return None
    if resize == "squash":
        return functools.partial(crops.squash, size=size, interpolation=interpolation)
    return functools.partial(
        crops.center_crop,
        size=size,
        interpolation=interpolation,
        crop_ratio=crop_ratio,
    )


def random_resize(
    resize: str,
    size: tuple[int, int],
    interpolation: str,
    crop_area: tuple[float, float],
) -> RandomResize | None:
    """Return the random crop, or None where the resize is fixed."""
    if resize != "random_crop":
        return None
    return functools.partial(
        crops.random_crop,
        size=size,
        interpolation=interpolation,
        crop_area=crop_area,
    )


def augmenter(
    augmentation: Augmentation | None,
    channels: int,
    crop: RandomResize | None,
) -> Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tuple[tf.Tensor, ...]]:
    """Return a function from (image, label, seed) to the same with another image."""
    change = None if augmentation is None else image_augmenter(augmentation, channels)

    def augment(
        image: tf.Tensor, label: tf.Tensor, seed: tf.Tensor
    ) -> tuple[tf.Tensor, ...]:
        draws = Draws(seed)
        image = image if crop is None else crop(image, draws)
        image = image if change is None else change(image, draws)
        return image, label, seed

    return augment


def finisher(
    augmentation: Augmentation | None,
    num_classes: int | None,
    mean: tuple[float, ...],
    std: tuple[float, ...],
) -> Callable[..., tuple[tf.Tensor, tf.Tensor]]:
    """Return a function from a batch (images, labels, seeds) to what `fit` gets.

    Args:
        augmentation: For its MixUp and CutMix.
        num_classes: Of one-hot labels, or None to leave labels as they are.
        mean: One a channel.
        std: One a channel.
    """
    mix = None
    if augmentation is not None and augmentation.mixes_labels:
        mix = batch_mixer(augmentation)

    def finish(
        batch: tf.Tensor, labels: tf.Tensor, *seeds: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        if num_classes is not None:
            labels = tf.one_hot(labels, num_classes)  # (B,) -> (B, K)
        if mix is not None:
            # Turned round, lest the batch draw what its first image has drawn.
            batch, labels = mix(batch, labels, Draws(tf.bitwise.invert(seeds[0][0])))
        return normalize(batch, mean, std), labels

    return finish


def wants_cache(
    asked: bool | str | Path | None,
    source: Source,
    size: tuple[int, int, int],
    resize: Resize | None,
) -> bool:
    """Whether to cache: as asked, or else if that surely takes little memory."""
    if asked is not None:
        return bool(asked)
    if source.size is None or resize is None:
        return False  # without end, or of unknown sizes
    height, width, channels = size
    return source.size * height * width * channels * source.pixel_bytes <= CACHE_BYTES


def shuffler(
    training: bool, asked: int | None, count: int | None, seed: int | None
) -> Callable[[tf.data.Dataset, int | None], tf.data.Dataset]:
    """Return a function that shuffles elements of a given size, anew in each epoch.

    Args:
        training: Whether to shuffle at all.
        asked: The buffer that the user wants, or None for the whole set where that fits
            into 1 GiB.
        count: Elements in the set; None if unknown.
        seed: For the same order in every run.
    """

    def shuffle(
        elements: tf.data.Dataset, element_bytes: int | None
    ) -> tf.data.Dataset:
        if not training:
            return elements
        buffer = SHUFFLE_ELEMENTS
        if element_bytes is not None:
            buffer = max(1, SHUFFLE_BYTES // max(1, element_bytes))
        buffer = asked or min(buffer, count or SHUFFLE_ELEMENTS)
        return elements.shuffle(buffer, seed=seed, reshuffle_each_iteration=True)

    return shuffle
