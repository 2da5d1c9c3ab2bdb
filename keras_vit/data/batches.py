"""image_batches: one pass from a source to batches, in the order of the TFDS guide.

    load, resize -> cache -> shuffle -> augment -> batch -> mix, normalize -> prefetch

(https://www.tensorflow.org/guide/data_performance). Where nothing is cached, the small
records are shuffled before images are loaded, rather than large images after.
"""

import os
from collections.abc import Sequence
from typing import Any, Unpack

import tensorflow as tf

from keras_vit.data import checks
from keras_vit.data.augmentation import Augmentation
from keras_vit.data.normalize import per_channel
from keras_vit.data.pipeline import pipeline
from keras_vit.data.ranges import as_count, as_flag, plain
from keras_vit.data.recipe import recipe
from keras_vit.data.resize import Resize, ResizeOptions, as_resize
from keras_vit.data.settings import Settings
from keras_vit.data.sources import open_source


def image_batches(
    source: Any,
    *,
    image_size: int | Sequence[int],
    split: str = "train",
    batch_size: int = 32,
    training: bool = False,
    channels: int = 3,
    resize: str | Resize = "crop",
    weights: str | None = None,
    variant: str | None = None,
    mean: float | Sequence[float] | None = None,
    std: float | Sequence[float] | None = None,
    augmentation: Augmentation | None = None,
    one_hot: bool = False,
    num_classes: int | None = None,
    class_names: Sequence[str] | None = None,
    cache: bool | str | os.PathLike[str] | None = None,
    shuffle_buffer: int | None = None,
    drop_remainder: bool | None = None,
    seed: int | None = None,
    **resize_options: Unpack[ResizeOptions],
) -> tf.data.Dataset:
    """Turn images from anywhere into batches for `model.fit` on any backend.

    The steps stand in the order of https://www.tensorflow.org/guide/data_performance.

    Args:
        source: One of: the name of a TFDS set such as "cifar10" or
            "oxford_flowers102:2.1.1"; "digits", scikit-learn's 1,797 scans of 8x8
            pixels, which need no download; a folder with one sub-folder of pictures
            for each class, of any format that TensorFlow or Pillow reads (upright as
            EXIF has it, without alpha, of 16 bits the upper 8, the first of several
            frames); arrays, as images, (images, labels) or (images, labels, sample
            weights); a tf.data.Dataset that gives these one at a time, or dictionaries
            with "image", "label" and "sample_weight". Images are (N, H, W, C), (N, H,
            W) or a list of several sizes, with pixels from 0 to 255; those of a
            data set may be the bytes of encoded ones. Labels are whole numbers, one
            class an image; names, with `class_names`; rows of 0 and 1 (N, K), several
            classes an image; or floats (N,) or (N, K), numbers to regress.
        image_size: Height and width of the batches' images, one number if square.
        split: Which part of a named set or folder: "train", "test", "train[:80%]",
            "train+test". A folder has the splits that its sub-folders make, whether
            "train", "val" and "test", "Training" and "Testing" or "seg_train", and
            else "train" alone. Slices of a folder keep every class.
        batch_size: Images in a batch.
        training: Whether to shuffle (anew in each epoch) and augment.
        channels: Channels of the batches' images. Gray, RGB and RGBA are turned into 3
            or 1 as asked; any other number has to be what the images have.
        resize: "crop" keeps the proportions and cuts the middle, "squash" does not,
            "random_crop" takes a random rectangle (training only). A
            `keras_vit.data.Resize` says more.
        weights: A tag of `keras_vit.list_weights()`: the interpolation, crop, mean and
            std that the model's weights were evaluated with, where not given here.
        variant: Name of the model, as in "ViTB16", where variants share the tag.
        mean: Subtracted from pixels / 255, one number or one a channel. The default,
            0.5 for both, is that of the ViT paper and AugReg; most others take
            `keras_vit.data.IMAGENET_MEAN` and `keras_vit.data.IMAGENET_STD`.
        std: Divides what is left.
        augmentation: A `keras_vit.data.Augmentation`, or None for none. Labels stay as
            they are but for MixUp and CutMix: where they say where something is, turn
            off what moves it.
        one_hot: Whether classes are float32 (B, num_classes), not int64 (B,). MixUp and
            CutMix turn it on.
        num_classes: How many classes there are, the `classes` of the model: every label
            is checked against it. Needed for one-hot labels where the source does not
            tell; the labels of arrays are otherwise taken to end at the greatest.
        class_names: For labels that are names, all of them in the order of their
            numbers: `keras_vit.data.class_names` finds them in the training set.
        cache: True keeps images in memory after the first epoch, False nowhere; None
            keeps them if that is sure to take under 1 GiB. A path keeps them in a file
            there, one for each source, split, size and resize, and another process
            finds it; that of a tf.data.Dataset is deleted when the process ends.
        shuffle_buffer: Elements to shuffle among. None means all that fit into 1 GiB,
            or 256 MiB where a file holds them, which it does in an order of chance.
        drop_remainder: Whether to leave out a last batch that is not full. None means
            in training, unless that batch is the only one.
        seed: Makes every epoch of every run the same as that epoch of another.
        **resize_options: `interpolation`, `crop_ratio` and `crop_area` by themselves,
            where `resize` is a name: what `keras_vit.data.Resize` takes.

    Returns:
        A tf.data.Dataset of images float32 (B, H, W, C), or (B, C, H, W) if that is
        `keras.config.image_data_format()`; of (images, labels), or (images, labels,
        sample weights), if there are such. `len` gives its batches.

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
    training = as_flag("training", training)
    channels = as_count("channels", channels)
    mean, std, resize = recipe(
        weights, variant, mean, std, as_resize(resize, resize_options)
    )
    checks.check_training_only(resize, augmentation, training)
    classes, names = checks.as_classes(num_classes, class_names)
    settings = Settings(
        size=checks.as_size(image_size),
        batch_size=as_count("batch_size", batch_size),
        training=training,
        channels=channels,
        resize=resize,
        mean=per_channel(mean, "mean", channels),
        std=per_channel(std, "std", channels),
        augmentation=augmentation,
        one_hot=as_flag("one_hot", one_hot),
        cache=checks.as_cache(cache),
        shuffle_buffer=checks.as_buffer(shuffle_buffer),
        drop_remainder=checks.as_drop_remainder(drop_remainder),
        seed=checks.as_seed(seed),
    )
    opened = open_source(
        source,
        plain(split),
        classes,
        # The order in the file of a cache has to be the same whoever writes it.
        shuffle=training and not isinstance(settings.cache, str),
        seed=settings.seed,
        class_names=names,
        training=training,
    )
    return pipeline(opened, settings)
