"""image_batches: one pass from a source to batches, in the order of the TFDS guide.

    load, resize -> cache -> shuffle -> augment -> batch -> mix, normalize -> prefetch

(https://www.tensorflow.org/guide/data_performance). Where nothing is cached, the small
records are shuffled before images are loaded, rather than large images after.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from keras_vit.data import checks, steps
from keras_vit.data.augmentation import Augmentation
from keras_vit.data.draws import with_seeds
from keras_vit.data.normalize import per_channel
from keras_vit.data.ranges import check_counts
from keras_vit.data.recipe import recipe
from keras_vit.data.sources import open_source


def image_batches(
    source: Any,
    *,
    image_size: int | tuple[int, int],
    split: str = "train",
    batch_size: int = 32,
    training: bool = False,
    channels: int = 3,
    resize: str = "crop",
    weights: str | None = None,
    variant: str | None = None,
    interpolation: str | None = None,
    crop_ratio: float | None = None,
    crop_area: tuple[float, float] = (0.08, 1.0),
    mean: float | Sequence[float] | None = None,
    std: float | Sequence[float] | None = None,
    augmentation: Augmentation | None = None,
    one_hot: bool = False,
    num_classes: int | None = None,
    cache: bool | str | Path | None = None,
    shuffle_buffer: int | None = None,
    drop_remainder: bool | None = None,
    seed: int | None = None,
) -> tf.data.Dataset:
    """Turn images from anywhere into batches for `model.fit` on any backend.

    The steps stand in the order of https://www.tensorflow.org/guide/data_performance.

    Args:
        source: One of: the name of a TFDS set such as "cifar10" or
            "oxford_flowers102:2.1.1"; "digits", scikit-learn's 1,797 scans of 8x8
            pixels, which need no download; a folder with one sub-folder of pictures
            for each class, of any format that TensorFlow or Pillow reads (upright as
            EXIF has it, without alpha, of 16 bits the upper 8, the first of several
            frames); a pair of arrays, images (N, H, W, C) or (N, H, W) and labels (N,);
            a tf.data.Dataset of single (image, label) pairs or {"image", "label"}
            dictionaries. Pixels are from 0 to 255.
        image_size: Height and width of the batches' images, one number if square.
        split: Which part of a named set or folder: "train", "test", "train[:80%]",
            "train+test". A folder has the splits that its sub-folders make, whether
            "train", "val" and "test", "Training" and "Testing" or "seg_train", and
            else "train" alone. Slices of a folder keep every class.
        batch_size: Images in a batch.
        training: Whether to shuffle (anew in each epoch) and augment.
        channels: Channels of the batches' images. Grey, RGB and RGBA are turned into 3
            or 1 as asked; any other number has to be what the images have.
        resize: "crop" keeps the proportions and cuts the middle, "squash" does not,
            "random_crop" takes a random rectangle (training only).
        weights: A tag of `keras_vit.list_weights()`: the interpolation, crop, mean and
            std that the model's weights were evaluated with, where not given here.
        variant: Name of the model, as in "ViTB16", where variants share the tag.
        interpolation: "bicubic" (the default), "bilinear" or "nearest", antialiased.
        crop_ratio: The share of each side that "crop" keeps; by default all of it.
        crop_area: The least and the greatest share of the area for "random_crop".
        mean: Subtracted from pixels / 255, one number or one a channel. The default,
            0.5 for both, is that of the ViT paper and AugReg; most others take
            `keras_vit.data.IMAGENET_MEAN` and `keras_vit.data.IMAGENET_STD`.
        std: Divides what is left.
        augmentation: A `keras_vit.data.Augmentation`, or None for none.
        one_hot: Whether labels are float32 (B, num_classes), not int64 (B,). MixUp and
            CutMix turn it on.
        num_classes: How many classes there are, for one-hot labels and to check labels.
            Needed only where the source does not tell.
        cache: True keeps images in memory after the first epoch, a path in a file
            there, False nowhere; None keeps them if that is sure to take under 1 GiB.
        shuffle_buffer: Elements to shuffle among. None means all if they are small.
        drop_remainder: Whether to leave out a last batch that is not full. None means
            in training, unless that batch is the only one.
        seed: Makes every epoch of every run the same as that epoch of another.

    Returns:
        A tf.data.Dataset of images float32 (B, H, W, C), or (B, C, H, W) if that is
        `keras.config.image_data_format()`, and labels; `len` gives its batches.

    Raises:
        ValueError: If an argument or the source is not as described. What only a run
            can show, such as a broken file, is a tf.errors.InvalidArgumentError that
            names the element, raised on reaching it.

    Example:
    ```python
    import keras_vit

    train = keras_vit.data.image_batches(
        "digits", image_size=8, channels=1, training=True, seed=0
    )
    images, labels = next(iter(train))
    print(images.shape, labels.shape)  # (32, 8, 8, 1) (32,)
    ```
    """
    mean, std, interpolation, crop_ratio = recipe(
        weights,
        variant,
        mean=mean,
        std=std,
        interpolation=interpolation,
        crop_ratio=crop_ratio,
    )
    size = checks.as_size(image_size)
    check_counts(batch_size=batch_size, channels=channels)
    checks.check_resize(resize, interpolation, crop_ratio, crop_area, training)
    checks.check_augmentation(augmentation, training)
    checks.check_options(cache, shuffle_buffer, num_classes, seed)
    means = per_channel(mean, "mean", channels)
    stds = per_channel(std, "std", channels)
    one_hot = one_hot or (augmentation is not None and augmentation.mixes_labels)

    opened = open_source(source, split, num_classes, shuffle=training, seed=seed)
    checks.check_classes(opened.num_classes, one_hot)
    drop_remainder = checks.as_drop_remainder(
        drop_remainder, training, opened.size, batch_size
    )

    fixed = steps.fixed_resize(resize, size, interpolation, crop_ratio)
    load = steps.loader(opened, channels, fixed)
    shuffle = steps.shuffler(training, shuffle_buffer, opened.size, seed)
    if steps.wants_cache(cache, opened, (*size, channels), fixed):
        elements = steps.parallel_map(opened.records, load)
        elements = elements.cache(str(cache) if isinstance(cache, str | Path) else "")
        elements = shuffle(elements, 0)  # references to what the cache holds
    else:
        elements = shuffle(opened.records, opened.record_bytes)
        elements = steps.parallel_map(elements, load)

    if training:
        crop = steps.random_resize(resize, size, interpolation, crop_area)
        augment = steps.augmenter(augmentation, channels, crop)
        elements = steps.parallel_map(with_seeds(elements, seed), augment)

    classes = opened.num_classes if one_hot else None
    finish = steps.finisher(augmentation, classes, means, stds)
    batches = elements.batch(batch_size, drop_remainder=drop_remainder)
    batches = steps.parallel_map(batches, finish)
    options = tf.data.Options()
    options.deterministic = seed is not None or not training
    return batches.with_options(options).prefetch(tf.data.AUTOTUNE)
