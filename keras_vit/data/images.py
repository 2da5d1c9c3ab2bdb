"""One image at a time: bring it to the wanted channels. All in graph."""

from collections.abc import Callable

import tensorflow as tf


def to_channels(image: tf.Tensor, channels: int, name: tf.Tensor) -> tf.Tensor:
    """Bring (H, W, any) to (H, W, channels).

    Grey becomes RGB, RGBA loses its alpha, RGB becomes grey. Anything else has to have
    the wanted channels already. Two channels of a file are grey and alpha; of an array
    or a data set that tells them, they may be anything.
    """
    found = image.shape[-1]
    if found == channels:
        return image
    if found is not None:
        check_channels(found, channels)
        return _convert(image, found, channels)
    # Formats differ from file to file, so the conversion is chosen at run time.
    counts = [1, 2, 3, 4] if channels in (1, 3) else [channels]
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
    if found <= 2:
        grey = image[..., :1]
        return grey if channels == 1 else tf.image.grayscale_to_rgb(grey)
    rgb = image[..., :3]
    return rgb if channels == 3 else tf.image.rgb_to_grayscale(rgb)
