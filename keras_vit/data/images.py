"""One image at a time: decode, bring to the wanted channels and size. All in graph.

An integer image stays uint8 through all of this, as it does in PIL: a quarter of the
memory of float32 in caches and shuffle buffers.
"""

from collections.abc import Callable

import tensorflow as tf

from keras_vit.data.draws import Draws

INTERPOLATIONS = ("bicubic", "bilinear", "nearest")


def decode(read: Callable[[], tf.Tensor], name: tf.Tensor) -> tf.Tensor:
    """Decode JPEG, PNG, BMP or GIF (first frame) to uint8 (H, W, C).

    A decoding error of TensorFlow does not say which file it met, and a graph has no
    `try`. So the image is decoded as a data set of one: `ignore_errors` leaves it empty
    where that fails, and the next element in line is the error that names the file.

    Args:
        read: Gives the encoded bytes.
        name: What to call the image in the error, a string tensor.
    """

    def attempt(_: tf.Tensor) -> tf.Tensor:
        image = tf.io.decode_image(read(), expand_animations=False)
        return tf.ensure_shape(image, (None, None, None))

    def complain(_: tf.Tensor) -> tf.Tensor:
        message = tf.strings.join(
            [
                name,
                " cannot be read as an image. Expected a whole JPEG, PNG, BMP or GIF "
                "file: replace it or take it away.",
            ]
        )
        with tf.control_dependencies([tf.debugging.Assert(False, [message])]):
            return tf.zeros((0, 0, 0), tf.uint8)

    one = tf.data.Dataset.from_tensors(0)
    attempts = one.map(attempt).ignore_errors().concatenate(one.map(complain))
    return attempts.take(1).get_single_element()


def to_channels(image: tf.Tensor, channels: int, name: tf.Tensor) -> tf.Tensor:
    """Bring (H, W, any) to (H, W, channels).

    Grey becomes RGB, RGBA loses its alpha, RGB becomes grey. Anything else has to have
    the wanted channels already.
    """
    found = image.shape[-1]
    if found == channels:
        return image
    if found is not None:
        check_channels(found, channels)
        return _convert(image, found, channels)
    # Formats differ from file to file, so the conversion is chosen at run time.
    counts = [count for count in (1, 3, 4) if _convertible(count, channels)]
    counts = counts or [channels]
    problem = tf.strings.format(
        "has {} channels. Expected "
        + " or ".join(map(str, counts))
        + f" to make channels={channels} of them.",
        tf.shape(image)[-1],
    )
    known = tf.reduce_any(tf.equal(tf.shape(image)[-1], counts))
    check = tf.debugging.Assert(known, [tf.strings.join([name, problem], " ")])
    with tf.control_dependencies([check]):
        image = tf.identity(image)
    branches = [
        (tf.equal(tf.shape(image)[-1], count), _converter(image, count, channels))
        for count in counts
    ]
    if len(branches) == 1:
        return branches[0][1]()
    return tf.case(branches[:-1], default=branches[-1][1])


def check_channels(found: int, channels: int) -> None:
    """Raise ValueError where images of `found` channels cannot become `channels`."""
    if not _convertible(found, channels):
        raise ValueError(
            f"Images of {found} channels cannot be turned into channels={channels}: "
            "grey, RGB and RGBA are turned into each other, all else has to match. "
            f"Pass channels={found}, or convert the images first."
        )


def _convertible(found: int, channels: int) -> bool:
    return found == channels or (found in (1, 3, 4) and channels in (1, 3))


def _converter(image: tf.Tensor, found: int, channels: int) -> Callable[[], tf.Tensor]:
    def convert() -> tf.Tensor:
        return _convert(tf.ensure_shape(image, (None, None, found)), found, channels)

    return convert


def _convert(image: tf.Tensor, found: int, channels: int) -> tf.Tensor:
    if found == channels:
        return image
    if found == 1:
        return tf.image.grayscale_to_rgb(image)
    rgb = image[..., :3]
    return rgb if channels == 3 else tf.image.rgb_to_grayscale(rgb)


def _resize(image: tf.Tensor, size: tuple | tf.Tensor, interpolation: str) -> tf.Tensor:
    resized = tf.image.resize(image, size, interpolation, antialias=True)
    if image.dtype == tf.uint8:
        return tf.saturate_cast(tf.round(resized), tf.uint8)
    return tf.clip_by_value(resized, 0.0, 255.0)  # bicubic overshoots


def squash(image: tf.Tensor, size: tuple[int, int], interpolation: str) -> tf.Tensor:
    """Resize to `size`, whatever that does to the proportions."""
    return _resize(image, size, interpolation)


def center_crop(
    image: tf.Tensor, size: tuple[int, int], interpolation: str, crop_ratio: float
) -> tf.Tensor:
    """Resize in proportion until `size / crop_ratio` is covered, then cut the middle.

    Roundings are those of torchvision and timm, so that published checkpoints see the
    very pixels that they were evaluated on.
    """
    cover = [int(side / crop_ratio) for side in size]
    shape = tf.shape(image, out_type=tf.int64)
    rows, columns = shape[0], shape[1]
    scaled_rows = tf.maximum(rows * cover[1] // columns, cover[0])
    scaled_columns = tf.maximum(columns * cover[0] // rows, cover[1])
    by_rows = cover[0] * columns >= cover[1] * rows  # the rows decide the scale
    scaled = tf.cond(
        by_rows,
        lambda: tf.stack([tf.constant(cover[0], tf.int64), scaled_columns]),
        lambda: tf.stack([scaled_rows, tf.constant(cover[1], tf.int64)]),
    )
    resized = _resize(image, tf.cast(scaled, tf.int32), interpolation)
    spare = tf.cast(scaled, tf.float32) - tf.cast(tf.constant(size), tf.float32)
    corner = tf.cast(tf.round(spare / 2), tf.int32)
    begin = tf.concat([corner, [0]], 0)
    return tf.slice(resized, begin, (*size, image.shape[-1]))


def random_crop(
    image: tf.Tensor,
    draws: Draws,
    size: tuple[int, int],
    interpolation: str,
    crop_area: tuple[float, float],
) -> tf.Tensor:
    """Cut a rectangle of random area and proportions and resize it to `size`.

    This is Inception's crop (https://arxiv.org/abs/1409.4842). Keras has no layer for
    it: `keras.layers.RandomCrop` cuts a fixed size.
    """
    begin, extent, _ = tf.image.stateless_sample_distorted_bounding_box(
        tf.shape(image),
        bounding_boxes=tf.zeros((1, 0, 4)),
        seed=draws.next(),
        min_object_covered=0.0,
        aspect_ratio_range=(3 / 4, 4 / 3),
        area_range=crop_area,
        use_image_if_no_bounding_boxes=True,
    )
    # The op leaves the channels at -1, "all".
    patch = tf.ensure_shape(
        tf.slice(image, begin, extent), (None, None, image.shape[-1])
    )
    return _resize(patch, size, interpolation)
