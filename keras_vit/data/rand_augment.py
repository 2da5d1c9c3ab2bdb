"""RandAugment (https://arxiv.org/abs/1909.13719) from Keras's own image layers.

`keras.layers.RandAugment` itself is not used. It computes every one of its eleven
operations for every image and keeps one, its inner layers draw from counters that no
caller can seed per element (see draws.py), and its one factor stands for half a turn
of rotation as much as for a half of brightness. Here the operations are a table with
the ranges of the paper's reference code, and `tf.switch_case` runs just the one drawn.
"""

import functools
from collections.abc import Callable

import keras
import tensorflow as tf

from keras_vit.data.draws import Draws, transform

Operation = Callable[[tf.Tensor, Draws], tf.Tensor]

MAX_MAGNITUDE = 10.0

# Keras's layers would follow the global dtype policy and data format: augmenting in
# bfloat16 would cost the images their low bits.
FLOAT_IMAGES = {"dtype": "float32", "data_format": "channels_last"}

# What a shift or a turn uncovers is mid-grey, as in the reference code.
GREY_BORDER = {"fill_mode": "constant", "fill_value": 128.0}


def _geometry(strength: float) -> dict[str, keras.layers.Layer]:
    """The operations that move pixels, at a strength from 0 to 1."""
    still = (0.0, 0.0)
    shear = (-0.3 * strength, 0.3 * strength)
    shift = (-0.45 * strength, 0.45 * strength)
    options = GREY_BORDER | FLOAT_IMAGES
    return {
        "rotate": keras.layers.RandomRotation(30.0 / 360.0 * strength, **options),
        "shear_x": keras.layers.RandomShear(_positive(shear), still, **options),
        "shear_y": keras.layers.RandomShear(still, _positive(shear), **options),
        "translate_x": keras.layers.RandomTranslation(still, shift, **options),
        "translate_y": keras.layers.RandomTranslation(shift, still, **options),
    }


def _positive(limits: tuple[float, float]) -> tuple[float, float]:
    """RandomShear takes a range from 0 up and draws the sign by itself."""
    return 0.0, limits[1]


def _colour(strength: float, channels: int) -> dict[str, keras.layers.Layer]:
    """The operations that change values, at a strength from 0 to 1."""
    spread = 0.9 * strength
    bits = 8 - round(4 * strength)
    layers = {
        "auto_contrast": keras.layers.AutoContrast(**FLOAT_IMAGES),
        "brightness": keras.layers.RandomBrightness(0.5 * strength, **FLOAT_IMAGES),
        # A lone number would only ever raise the contrast: the pair goes both ways.
        "contrast": keras.layers.RandomContrast((spread, spread), **FLOAT_IMAGES),
        # 0.5 leaves the image alone.
        "sharpness": keras.layers.RandomSharpness(
            (0.5 - spread / 2, 0.5 + spread / 2), **FLOAT_IMAGES
        ),
        "posterize": keras.layers.RandomPosterization((bits, bits), **FLOAT_IMAGES),
    }
    if channels == 3:
        layers["colour"] = keras.layers.RandomColorDegeneration(spread, **FLOAT_IMAGES)
    return layers


def _solarize(strength: float) -> Operation:
    """Invert what is brighter than a threshold, the lower the stronger.

    `keras.layers.Solarization` draws its threshold from 0 up to the factor, so that
    a *small* factor inverts the whole image, and scales only the upper end of a range.
    """

    def operation(images: tf.Tensor, draws: Draws) -> tf.Tensor:
        threshold = 256.0 - 256.0 * strength * draws.uniform()
        return tf.where(images < threshold, images, 255.0 - images)

    return operation


def _equalize(images: tf.Tensor, draws: Draws) -> tf.Tensor:
    """Spread each channel's values evenly over 0 .. 255.

    `keras.layers.Equalization` asks for the global backend, not for that of tf.data:
    on JAX it traces a histogram of 256 comparisons with the whole image, and takes
    fifty times as long as this.
    """
    channels = images.shape[-1]
    rows = tf.transpose(tf.reshape(tf.cast(images, tf.int32), (-1, channels)))
    counts = tf.math.bincount(rows, minlength=256, maxlength=256, axis=-1)
    reached = tf.cumsum(counts, axis=-1)  # (C, 256)
    lowest = tf.reduce_min(
        tf.where(reached > 0, reached, tf.int32.max), axis=-1, keepdims=True
    )
    span = reached[:, -1:] - lowest
    table = tf.round((reached - lowest) * 255 / tf.maximum(span, 1))
    # A channel of one value has nothing to spread.
    table = tf.where(span == 0, tf.range(256, dtype=table.dtype), table)
    table = tf.cast(tf.clip_by_value(table, 0, 255), tf.float32)
    spread = tf.gather(table, rows, batch_dims=1)  # (C, 1·H·W)
    return tf.reshape(tf.transpose(spread), tf.shape(images))


def operations(magnitude: float, channels: int) -> dict[str, Operation]:
    """Return RandAugment's operations by name, for images (1, H, W, C) in 0 .. 255.

    Args:
        magnitude: From 0 (nothing) to 10, the strongest that an operation may draw.
        channels: The images' channels. Colour operations need 3.
    """
    strength = magnitude / MAX_MAGNITUDE
    layers = _geometry(strength) | _colour(strength, channels)
    table: dict[str, Operation] = {"identity": lambda images, draws: images}
    table["solarize"] = _solarize(strength)
    table["equalize"] = _equalize
    for name, layer in layers.items():
        table[name] = functools.partial(transform, layer)
    return table


def rand_augment(num_ops: int, magnitude: float, channels: int) -> Operation:
    """Return a function that applies `num_ops` operations, drawn for each image."""
    table = list(operations(magnitude, channels).values())

    def augment(image: tf.Tensor, draws: Draws) -> tf.Tensor:
        for _ in range(num_ops):
            image = _apply_one(table, draws.integer(len(table)), image, draws)
        return image

    return augment


def _apply_one(
    table: list[Operation], chosen: tf.Tensor, image: tf.Tensor, draws: Draws
) -> tf.Tensor:
    shape = image.shape

    def branch(operation: Operation) -> Callable[[], tf.Tensor]:
        return lambda: tf.ensure_shape(operation(image[None], draws)[0], shape)

    return tf.switch_case(chosen, [branch(operation) for operation in table])
