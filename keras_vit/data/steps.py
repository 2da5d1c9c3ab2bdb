"""The steps of the pipeline, each a function on a tf.data.Dataset or on an element.

An element is a dictionary: "image"; "label" and "weight" where there are such; "seed"
where something is drawn; "seen" and "brightest" where the pixels are in doubt.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import tensorflow as tf

from keras_vit.data import images
from keras_vit.data.augmentation import Augmentation, image_augmenter
from keras_vit.data.cut import Cut, whole
from keras_vit.data.draws import Draws
from keras_vit.data.mixing import batch_mixer
from keras_vit.data.normalize import normalize
from keras_vit.data.source import Source

SHUFFLE_BYTES = 2**30
FILE_SHUFFLE_BYTES = 2**28  # of what a file gives, in an order of chance already
SHUFFLE_ELEMENTS = 10_000  # where nobody can say how large an element is

Element: TypeAlias = dict[str, tf.Tensor]


def parallel_map(
    dataset: tf.data.Dataset, function: Callable, deterministic: bool | None = None
) -> tf.data.Dataset:
    """Map on as many threads as pay off, in the order that the whole pipeline keeps.

    The functions hold no Python branches on tensors, so AutoGraph is left out: it would
    only make them slower to trace.
    """
    function = tf.autograph.experimental.do_not_convert(function)
    return dataset.map(
        function, num_parallel_calls=tf.data.AUTOTUNE, deterministic=deterministic
    )


def loader(source: Source, channels: int, cut: Cut | None) -> Callable[..., Element]:
    """Return a function from (record, label, weight) to an element.

    A resize belongs before the cache, which then holds small images of one size. A
    random crop cannot: the cache would freeze it. It is passed to `augmenter`.
    """

    def load(*parts: Any) -> Element:
        return _element(source, parts, channels, cut)

    return load


def _element(source: Source, parts: tuple, channels: int, cut: Cut | None) -> Element:
    record, *targets = parts
    element = dict(zip(("label", "weight"), targets, strict=False))
    image, shape = source.image(record, whole if cut is None else cut.rectangle)
    image = images.to_channels(image, channels, source.name(record))
    return element | {"image": image if cut is None else cut.resize(image, shape)}


def cropping_loader(
    source: Source,
    augmentation: Augmentation | None,
    channels: int,
    crop: Callable[[Draws], Cut],
) -> Callable[[tuple, tf.Tensor], Element]:
    """Return a function from (record, label, weight) and a seed to an augmented image.

    It gives what `loader` and `augmenter` would, but loads no more than the crop.
    """
    change = None if augmentation is None else image_augmenter(augmentation, channels)

    def load(parts: tuple, seed: tf.Tensor) -> Element:
        draws = Draws(seed)
        element = _element(source, parts, channels, crop(draws)) | {"seed": seed}
        return element if change is None else _changed(element, change, draws)

    return load


def augmenter(
    augmentation: Augmentation | None,
    channels: int,
    crop: Callable[[Draws], Cut] | None,
) -> Callable[[Element, tf.Tensor], Element]:
    """Return a function from an element and a seed to the same with another image."""
    change = None if augmentation is None else image_augmenter(augmentation, channels)

    def augment(element: Element, seed: tf.Tensor) -> Element:
        draws = Draws(seed)
        element = element | {"seed": seed}
        if crop is not None:
            element = element | {"image": crop(draws)(element["image"])}
        return element if change is None else _changed(element, change, draws)

    return augment


def _changed(element: Element, change: Callable, draws: Draws) -> Element:
    return element | {"image": change(element["image"], draws)}


def finisher(
    augmentation: Augmentation | None,
    num_classes: int | None,
    mean: tuple[float, ...],
    std: tuple[float, ...],
) -> Callable[[Element], Any]:
    """Return a function from a batch of elements to what `fit` gets.

    That is images, (images, labels) or (images, labels, weights).

    Args:
        augmentation: For its MixUp and CutMix.
        num_classes: Of one-hot labels, or None to leave labels as they are.
        mean: One a channel.
        std: One a channel.
    """
    mix = None
    if augmentation is not None and augmentation.mixes_labels:
        mix = batch_mixer(augmentation)

    def finish(batch: Element) -> Any:
        batch = dict(batch)
        if num_classes is not None:
            batch["label"] = tf.one_hot(batch["label"], num_classes)  # (B,) -> (B, K)
        if mix is not None:
            # Inverted, lest the batch draw what its first image has drawn.
            batch = mix(batch, Draws(tf.bitwise.invert(batch["seed"][0])))
        batch["image"] = normalize(batch["image"], mean, std)
        found = [batch[key] for key in ("image", "label", "weight") if key in batch]
        return tuple(found) if len(found) > 1 else found[0]

    return finish


def buffer_size(
    asked: int | None,
    count: int | None,
    element_bytes: int | None,
    most_bytes: int,
) -> int:
    """Return how many elements to shuffle among.

    Args:
        asked: What the user wants, or None for the whole set where that fits, or else
            as many as do.
        count: Elements in the set; None if unknown.
        element_bytes: What an element takes in the buffer; None if unknown.
        most_bytes: What the buffer may take.
    """
    if asked is not None:
        return asked
    buffer = SHUFFLE_ELEMENTS
    if element_bytes is not None:
        buffer = max(1, most_bytes // max(1, element_bytes))
    return min(buffer, count or SHUFFLE_ELEMENTS)
