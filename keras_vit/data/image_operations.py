"""What RandAugment does to an image, each operation at a strength that is given.

They are those of Pillow, which the field's recipes were made with, on one image
(H, W, C) of float32 in 0 .. 255. Keras's layers of the same names draw a strength from
a range, and cannot be told one.
"""

import math

import tensorflow as tf

# What a shift or a turn uncovers is mid-gray, as in the paper's code and in timm.
BORDER = 128.0


def _affine(image: tf.Tensor, rows: list[list[tf.Tensor | float]]) -> tf.Tensor:
    """Take the pixel at (x, y) from (a x + b y + c, d x + e y + f), bilinearly.

    As in Pillow, x and y are in pixels from the image's corner, and a pixel's own place
    is its middle, half a pixel in; TensorFlow counts from the middle of the first one.
    """
    (a, b, c), (d, e, f) = rows
    across = [a, b, c + (a + b - 1.0) / 2.0]
    down = [d, e, f + (d + e - 1.0) / 2.0]
    moved = tf.raw_ops.ImageProjectiveTransformV3(
        images=image[None],
        transforms=tf.stack([*across, *down, 0.0, 0.0])[None],
        output_shape=tf.shape(image)[:2],
        fill_value=BORDER,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
    return tf.ensure_shape(moved[0], image.shape)


def _sides(image: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    shape = tf.cast(tf.shape(image), tf.float32)
    return shape[0], shape[1]


def rotate(image: tf.Tensor, degrees: tf.Tensor) -> tf.Tensor:
    """Turn about the middle, counterclockwise."""
    height, width = _sides(image)
    x, y = width / 2.0, height / 2.0
    angle = degrees * (math.pi / 180.0)
    cos, sin = tf.cos(angle), tf.sin(angle)
    return _affine(
        image,
        [[cos, -sin, x - cos * x + sin * y], [sin, cos, y - sin * x - cos * y]],
    )


def shear_x(image: tf.Tensor, slope: tf.Tensor) -> tf.Tensor:
    """Shift each row by `slope` times its distance from the top."""
    return _affine(image, [[1.0, slope, 0.0], [0.0, 1.0, 0.0]])


def shear_y(image: tf.Tensor, slope: tf.Tensor) -> tf.Tensor:
    """Shift each column by `slope` times its distance from the left."""
    return _affine(image, [[1.0, 0.0, 0.0], [slope, 1.0, 0.0]])


def translate_x(image: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
    """Shift sideways by a share of the width."""
    return _affine(image, [[1.0, 0.0, share * _sides(image)[1]], [0.0, 1.0, 0.0]])


def translate_y(image: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
    """Shift up or down by a share of the height."""
    return _affine(image, [[1.0, 0.0, 0.0], [0.0, 1.0, share * _sides(image)[0]]])


def _blend(
    nothing: tf.Tensor | float, image: tf.Tensor, factor: tf.Tensor
) -> tf.Tensor:
    """Go from `nothing` (factor 0) through the image (1) and beyond it."""
    return tf.clip_by_value(nothing + factor * (image - nothing), 0.0, 255.0)


def _gray(image: tf.Tensor) -> tf.Tensor:
    if image.shape[-1] == 3:
        return tf.image.rgb_to_grayscale(image)
    return tf.reduce_mean(image, -1, keepdims=True)


def brightness(image: tf.Tensor, factor: tf.Tensor) -> tf.Tensor:
    """Blend with black."""
    return _blend(0.0, image, factor)


def contrast(image: tf.Tensor, factor: tf.Tensor) -> tf.Tensor:
    """Blend with the image's mean gray."""
    return _blend(tf.reduce_mean(_gray(image)), image, factor)


def color(image: tf.Tensor, factor: tf.Tensor) -> tf.Tensor:
    """Blend with the image in gray."""
    return _blend(_gray(image), image, factor)


def sharpness(image: tf.Tensor, factor: tf.Tensor) -> tf.Tensor:
    """Blend with the image smoothed by 3 x 3 pixels; its rim stays as it is."""
    kernel = tf.constant([[1.0, 1.0, 1.0], [1.0, 5.0, 1.0], [1.0, 1.0, 1.0]]) / 13.0
    kernel = tf.tile(kernel[..., None, None], (1, 1, image.shape[-1], 1))
    smooth = tf.nn.depthwise_conv2d(image[None], kernel, (1, 1, 1, 1), "SAME")[0]
    inside = tf.pad(tf.ones(tf.maximum(tf.shape(image)[:2] - 2, 0)), ((1, 1), (1, 1)))
    inside = inside[: tf.shape(image)[0], : tf.shape(image)[1], None]
    return _blend(tf.where(inside > 0.0, smooth, image), image, factor)


def solarize(image: tf.Tensor, threshold: tf.Tensor) -> tf.Tensor:
    """Invert what is as bright as the threshold, or brighter."""
    return tf.where(image < threshold, image, 255.0 - image)


def posterize(image: tf.Tensor, bits: tf.Tensor) -> tf.Tensor:
    """Keep the highest bits of each value."""
    step = 2.0 ** (8.0 - bits)
    return tf.floor(image / step) * step


def auto_contrast(image: tf.Tensor) -> tf.Tensor:
    """Stretch each channel's values to 0 .. 255."""
    low = tf.reduce_min(image, (0, 1))
    high = tf.reduce_max(image, (0, 1))
    stretched = (image - low) * 255.0 / tf.where(high > low, high - low, 255.0)
    # A channel of one value has nothing to stretch.
    return tf.where(high > low, stretched, image)


def equalize(image: tf.Tensor) -> tf.Tensor:
    """Spread each channel's values evenly over 0 .. 255."""
    rows = tf.transpose(tf.reshape(tf.cast(image, tf.int32), (-1, image.shape[-1])))
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
    spread = tf.gather(table, rows, batch_dims=1)  # (C, H·W)
    return tf.reshape(tf.transpose(spread), tf.shape(image))
