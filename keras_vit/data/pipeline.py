"""The pipeline of `image_batches`, from checked settings and a source to batches."""

import tensorflow as tf

from keras_vit.data import steps
from keras_vit.data.doubt import refuser, watched
from keras_vit.data.draws import with_seeds
from keras_vit.data.loading import is_cached, loaded, shuffled_records
from keras_vit.data.settings import Settings
from keras_vit.data.source import CLASS, NUMBER, Source


def pipeline(source: Source, settings: Settings) -> tf.data.Dataset:
    """Return the batches.

    Raises:
        ValueError: If source and settings do not fit each other.
    """
    depth = _one_hot_depth(source, settings)
    drop_remainder = _drops_remainder(source, settings)
    elements = _augmented(source, settings)
    batches = elements.batch(settings.batch_size, drop_remainder=drop_remainder)
    if source.is_doubtful:
        refuse = refuser(source.size, settings.batch_size)
        batches = steps.parallel_map(batches, refuse)
    finish = steps.finisher(settings.augmentation, depth, settings.mean, settings.std)
    batches = steps.parallel_map(batches, finish)
    options = tf.data.Options()
    options.deterministic = settings.seed is not None or not settings.training
    # The thread that tunes may sleep through an epoch's end, which then waits for it,
    # the longer the longer the epoch was: up to a minute. AUTOTUNE is a thread a core.
    options.autotune.enabled = False
    return batches.with_options(options).prefetch(tf.data.AUTOTUNE)


def _augmented(source: Source, settings: Settings) -> tf.data.Dataset:
    """Return images of one size, shuffled and changed if that is asked."""
    crop = settings.resize.random(settings.size)
    change = settings.augmentation, settings.channels
    if crop is not None and source.is_encoded and not is_cached(source, settings):
        # One step, so that no more of a file is decoded than its crop.
        load = steps.cropping_loader(source, *change, crop)
        records = with_seeds(shuffled_records(source, settings), settings.seed)
        return steps.parallel_map(records, load)
    elements = loaded(source, settings)
    if source.is_doubtful:
        elements = watched(elements)
    if settings.training:
        augment = steps.augmenter(*change, crop)
        elements = steps.parallel_map(with_seeds(elements, settings.seed), augment)
    return elements


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
