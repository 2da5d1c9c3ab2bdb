r"""From encoded bytes to pixels, by TensorFlow where it reads them right, else Pillow.

TensorFlow's decoders run in graph, on many threads. They know JPEG, PNG, GIF, BMP and
WebP, but take a BMP's palette for gray values, paint a GIF's transparent pixels black
and leave pictures as the camera held them. Such files, and every other format, go to
Pillow. Either way

- pixels come out as uint8; of 16 bits the upper 8 are kept;
- palettes become RGB, and CMYK too;
- alpha stays, for `to_channels` to drop: what lies under it is shown;
- of an animation, the first frame;
- a picture stands upright, as EXIF's orientation has it (JPEG, PNG, TIFF, WebP).
"""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from keras_vit.data.cut import Rectangle, part, whole
from keras_vit.data.pillow import read_or_say_why

HEAD_BYTES = 4096
NEIGHBORS = 4
EXACT = "INTEGER_ACCURATE"  # Pillow's pixels: TensorFlow's default is a level off
# What TensorFlow would read, but not right. `\C` is RE2's word for any byte. EXIF's
# entry for the orientation (0x0112) holds one number, 1 if the picture is upright, in
# either order of bytes.
ODD = (
    r"\C*(Exif\x00\x00|eXIf)("
    r"II\C*\x12\x01\x03\x00\x01\x00\x00\x00[\x02-\x08]\x00|"
    r"MM\C*\x01\x12\x00\x03\x00\x00\x00\x01\x00[\x02-\x08])\C*",
    r"RIFF\C{4}WEBPVP8X\C*",  # an animation, or with EXIF at its end
    r"GIF8\C*!\C\x04[\x01\x03\x05\x07\x09\x0b\x0d\x0f]\C*",  # transparent
    r"BM\C{26}[\x01\x04\x08\x10\x20]\C*",  # of other than 24 bits a pixel
)


def decode(
    read: Callable[[], tf.Tensor],
    name: tf.Tensor,
    rectangle: Callable[[tf.Tensor], Rectangle] = whole,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Decode a part of a picture of any format to uint8 (H, W, C), C from 1 to 4.

    What neither TensorFlow nor Pillow reads is an error that names the image, which
    TensorFlow's own does not.

    Args:
        read: Gives the encoded bytes.
        name: What to call the image in the error, a string tensor.
        rectangle: From height and width of the picture, int32 (2,), to the part.

    Returns:
        The part, and height and width of the whole picture.
    """
    content, sides = _read(read)
    in_parts = (sides[0] > 0) & _is_whole_jpeg(content) & _is_plain(content)
    return tf.cond(
        in_parts,
        lambda: _part_of_jpeg(content, sides[:2], rectangle, name),
        lambda: _part(_with_either(content, name), rectangle),
    )


def _read(read: Callable[[], tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the bytes, none if they cannot be read, and (H, W, C) if of a JPEG."""

    def usual(_: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        content = read()
        shape = tf.cond(  # libjpeg prints what it cannot read
            _is_jpeg(content),
            lambda: tf.io.extract_jpeg_shape(content),
            lambda: tf.zeros(3, tf.int32),
        )
        return content, tf.ensure_shape(shape, (3,))

    def other(_: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        content = _first_that_works(lambda _: read(), lambda _: tf.constant(""))
        return content, tf.zeros(3, tf.int32)

    return _first_that_works(usual, other)


def _part(
    image: tf.Tensor, rectangle: Callable[[tf.Tensor], Rectangle]
) -> tuple[tf.Tensor, tf.Tensor]:
    shape = tf.shape(image)[:2]
    return part(image, rectangle(shape)), shape


def _part_of_jpeg(
    content: tf.Tensor,
    shape: tf.Tensor,
    rectangle: Callable[[tf.Tensor], Rectangle],
    name: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Decode no more than is needed, to the pixels that the whole would have there."""
    corner, extent = rectangle(shape)
    # Where color has half the columns, those at the edges are made of their neighbors.
    low = tf.maximum(corner - [0, NEIGHBORS], 0)
    high = tf.minimum(corner + extent + [0, NEIGHBORS], shape)
    window = tf.concat([low, high - low], 0)
    image = _first_that_works(
        lambda _: _of_any_size(
            tf.io.decode_and_crop_jpeg(content, window, dct_method=EXACT)
        ),
        lambda _: part(_with_pillow(content, name), (low, high - low)),
    )
    return part(image, (corner - low, extent)), shape


def _with_either(content: tf.Tensor, name: tf.Tensor) -> tf.Tensor:
    plain = _is_plain(content)

    def with_tensorflow(_: tf.Tensor) -> tf.Tensor:
        with tf.control_dependencies([tf.debugging.Assert(plain, [name])]):
            image = tf.cond(
                _is_jpeg(content),
                lambda: tf.io.decode_jpeg(content, dct_method=EXACT),
                lambda: tf.io.decode_image(content, expand_animations=False),
            )
        return _of_any_size(image)

    return _first_that_works(with_tensorflow, lambda _: _with_pillow(content, name))


def _with_pillow(content: tf.Tensor, name: tf.Tensor) -> tf.Tensor:
    image, problem = tf.numpy_function(
        read_or_say_why, [content], (tf.uint8, tf.string)
    )
    message = tf.strings.join(
        [
            name,
            " cannot be read as an image: ",
            problem,
            ". Expected a whole file of a format that TensorFlow or Pillow reads, "
            "such as JPEG, PNG, WebP or TIFF: replace it or take it away.",
        ]
    )
    check = tf.debugging.Assert(tf.equal(problem, ""), [message])
    with tf.control_dependencies([check]):
        return _of_any_size(tf.identity(image))


def _of_any_size(image: tf.Tensor) -> tf.Tensor:
    return tf.ensure_shape(image, (None, None, None))


def _first_that_works(
    try_it: Callable[[tf.Tensor], Any], otherwise: Callable[[tf.Tensor], Any]
) -> Any:
    """Return what the first function makes, or where that fails, the second.

    A graph has no `try`, but a data set can leave out an element that fails. TensorFlow
    sets its function up anew for each element: the less it does, the better.
    """
    one = tf.data.Dataset.from_tensors(0)
    attempts = one.map(try_it).ignore_errors().concatenate(one.map(otherwise))
    return attempts.take(1).get_single_element()


def _is_whole_jpeg(content: tf.Tensor) -> tf.Tensor:
    """Whether a JPEG ends as one: of others, it takes all to see whether it breaks."""
    end = tf.strings.substr(content, tf.maximum(tf.strings.length(content) - 2, 0), 2)
    return tf.equal(end, b"\xff\xd9")


def _is_jpeg(content: tf.Tensor) -> tf.Tensor:
    return tf.equal(tf.strings.substr(content, 0, 3), b"\xff\xd8\xff")


def _is_plain(content: tf.Tensor) -> tf.Tensor:
    """Whether TensorFlow reads a picture right, if it reads it at all."""
    head = tf.strings.substr(content, 0, HEAD_BYTES)
    return ~tf.strings.regex_full_match(head, "|".join(ODD))
