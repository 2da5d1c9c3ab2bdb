"""From a source to its images, of one size but for random crops, and their cache."""

import math
from collections.abc import Callable

import tensorflow as tf

from keras_vit.data import caching, steps
from keras_vit.data.settings import Settings
from keras_vit.data.source import Source

# Taken for the size of an image where nobody knows it, to keep a shuffle within memory.
ASSUMED_PIXELS = 2**20


def loaded(source: Source, settings: Settings) -> tf.data.Dataset:
    """Return images of one size, shuffled for training, from a cache if there is one.

    A random crop is still to come: it has to find another piece in every epoch.
    """
    load = steps.loader(source, settings.channels, settings.resize.fixed(settings.size))
    if not is_cached(source, settings):
        return steps.parallel_map(shuffled_records(source, settings), load)
    if isinstance(settings.cache, str):
        elements = _from_file(source, settings, load)
        # What comes out of a file takes memory of its own.
        taken = _image_bytes(source, settings, ASSUMED_PIXELS)
        among = _buffer(source, settings, taken, steps.FILE_SHUFFLE_BYTES)
        return _shuffled(elements, settings, among)
    elements = steps.parallel_map(source.records, load).cache()
    # Of references to what the cache holds.
    return _shuffled(elements, settings, _buffer(source, settings, 0))


def is_cached(source: Source, settings: Settings) -> bool:
    """Whether images are kept."""
    image_bytes = _image_bytes(source, settings)
    return caching.wants_cache(settings.cache, source, image_bytes)


def shuffled_records(source: Source, settings: Settings) -> tf.data.Dataset:
    """Return the records, shuffled for training."""
    among = _buffer(source, settings, source.record_bytes)
    return _shuffled(source.records, settings, among)


def _shuffled(
    elements: tf.data.Dataset, settings: Settings, among: int
) -> tf.data.Dataset:
    if not settings.training:
        return elements
    return elements.shuffle(among, seed=settings.seed)


def _buffer(
    source: Source,
    settings: Settings,
    element_bytes: int | None,
    most_bytes: int = steps.SHUFFLE_BYTES,
) -> int:
    asked, count = settings.shuffle_buffer, source.size
    return steps.buffer_size(asked, count, element_bytes, most_bytes)


def _image_bytes(
    source: Source, settings: Settings, assumed: int | None = None
) -> int | None:
    """Return what a loaded image takes; before a random crop nobody knows its size."""
    pixels = assumed if settings.resize.is_random else math.prod(settings.size)
    return pixels and pixels * settings.channels * source.pixel_bytes


def _from_file(source: Source, settings: Settings, load: Callable) -> tf.data.Dataset:
    """Return images that are kept in a file, for training in an order of chance.

    The buffer that shuffles them anew may hold few of a set that is sorted by class.
    The order is always the same one, so that nothing depends on who wrote the file.
    """
    records, order = source.records, None
    if settings.training:
        order = _buffer(source, settings, source.record_bytes)
        records = records.shuffle(order, seed=0, reshuffle_each_iteration=False)
    known = (settings.size, settings.channels, settings.resize, order)
    file = caching.cache_file(str(settings.cache), source, known)
    return steps.parallel_map(records, load, deterministic=True).cache(file)
