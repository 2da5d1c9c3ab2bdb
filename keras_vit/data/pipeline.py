"""The pipeline of `image_batches`, from checked settings and a source to batches."""

import dataclasses
import math
from collections.abc import Callable

import tensorflow as tf

from keras_vit.data import caching, steps
from keras_vit.data.augmentation import Augmentation
from keras_vit.data.doubt import refuser, watched
from keras_vit.data.draws import with_seeds
from keras_vit.data.resize import Resize
from keras_vit.data.source import CLASS, NUMBER, Source

# Taken for the size of an image where nobody knows it, to keep a shuffle within memory.
ASSUMED_PIXELS = 2**20


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


def pipeline(source: Source, settings: Settings) -> tf.data.Dataset:
    """Return the batches.

    Raises:
        ValueError: If source and settings do not fit each other.
    """
    depth = _one_hot_depth(source, settings)
    drop_remainder = _drops_remainder(source, settings)
    elements = _loaded(source, settings)
    if source.is_doubtful:
        elements = watched(elements)
    if settings.training:
        crop = settings.resize.random(settings.size)
        augment = steps.augmenter(settings.augmentation, settings.channels, crop)
        elements = steps.parallel_map(with_seeds(elements, settings.seed), augment)
    batches = elements.batch(settings.batch_size, drop_remainder=drop_remainder)
    if source.is_doubtful:
        refuse = refuser(source.size, settings.batch_size)
        batches = steps.parallel_map(batches, refuse)
    finish = steps.finisher(settings.augmentation, depth, settings.mean, settings.std)
    batches = steps.parallel_map(batches, finish)
    options = tf.data.Options()
    options.deterministic = settings.seed is not None or not settings.training
    return batches.with_options(options).prefetch(tf.data.AUTOTUNE)


def _loaded(source: Source, settings: Settings) -> tf.data.Dataset:
    """Return images of one size, shuffled for training, from a cache if there is one.

    A random crop is still to come: it has to find another piece in every epoch.
    """
    resize = settings.resize.fixed(settings.size)
    load = steps.loader(source, settings.channels, resize)
    pixel_bytes = settings.channels * source.pixel_bytes
    image_bytes = math.prod(settings.size) * pixel_bytes if resize else None

    def buffer(element_bytes: int | None, most_bytes: int = steps.SHUFFLE_BYTES) -> int:
        asked, count = settings.shuffle_buffer, source.size
        return steps.buffer_size(asked, count, element_bytes, most_bytes)

    def shuffle(elements: tf.data.Dataset, among: int) -> tf.data.Dataset:
        if not settings.training:
            return elements
        return elements.shuffle(among, seed=settings.seed)

    among = buffer(source.record_bytes)
    if not caching.wants_cache(settings.cache, source, image_bytes):
        return steps.parallel_map(shuffle(source.records, among), load)
    if isinstance(settings.cache, str):
        elements = _from_file(source, settings, load, among)
        # What comes out of a file takes memory of its own.
        taken = image_bytes or ASSUMED_PIXELS * pixel_bytes
        return shuffle(elements, buffer(taken, steps.FILE_SHUFFLE_BYTES))
    elements = steps.parallel_map(source.records, load).cache()
    return shuffle(elements, buffer(0))  # of references to what the cache holds


def _from_file(
    source: Source, settings: Settings, load: Callable, among: int
) -> tf.data.Dataset:
    """Return images that are kept in a file, for training in an order of chance.

    The buffer that shuffles them anew may hold few of a set that is sorted by class.
    The order is always the same one, so that nothing depends on who wrote the file.
    """
    records = source.records
    if settings.training:
        records = records.shuffle(among, seed=0, reshuffle_each_iteration=False)
    order = among if settings.training else None
    known = (settings.size, settings.channels, settings.resize, order)
    file = caching.cache_file(str(settings.cache), source, known)
    return steps.parallel_map(records, load, deterministic=True).cache(file)


def _one_hot_depth(source: Source, settings: Settings) -> int | None:
    """Return how many classes one-hot labels have, None if labels stay as they are."""
    augmentation = settings.augmentation
    mixes = augmentation is not None and augmentation.mixes_labels
    if not (settings.one_hot or mixes):
        return None
    if source.labels in (None, NUMBER):
        found = "no labels" if source.labels is None else "numbers to regress"
        asked = "MixUp and CutMix blend" if mixes else "one_hot=True is for"
        raise ValueError(
            f"{asked} the labels of classes. Received images with {found}. Classes are "
            "whole numbers, or rows of 0 and 1; take mixup_alpha=0, cutmix_alpha=0 and "
            "one_hot=False for anything else."
        )
    if source.labels == CLASS and source.num_classes is None:
        raise ValueError(
            "One-hot labels (one_hot=True, or MixUp or CutMix in the augmentation) "
            "need num_classes, since a tf.data.Dataset does not tell it."
        )
    return source.num_classes if source.labels == CLASS else None


def _drops_remainder(source: Source, settings: Settings) -> bool:
    """Return whether to drop a last batch that is not full."""
    size, batch_size = source.size, settings.batch_size
    if size == 0:
        raise ValueError("The source is empty. Expected at least one image.")
    too_few = size is not None and size < batch_size
    if settings.drop_remainder and too_few:
        raise ValueError(
            f"No batch is left: drop_remainder=True and batch_size={batch_size}, but "
            f"there are {size} images. Make the batches smaller."
        )
    if settings.drop_remainder is None:
        return settings.training and not too_few
    return settings.drop_remainder
