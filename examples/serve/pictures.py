"""From the bytes of a picture to the pixels that a model takes, or a refusal."""

import io

import numpy as np
from PIL import Image, ImageOps

MAX_PIXELS = 40_000_000
# Others bring decoders that nobody needs here; EPS would start a program.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
# The limit is checked below, from the header, where Pillow's would only warn.
Image.MAX_IMAGE_PIXELS = None


class Refused(Exception):
    """What a client gets instead of an answer.

    Args:
        status: of HTTP.
        message: what was received, what is expected.
    """

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status, self.message = status, message


def read(data: bytes, size: tuple[int, int], crop: float = 1.0) -> np.ndarray:
    """Decode a picture and cut its middle to a model's size.

    Args:
        data: of a JPEG, PNG, WebP, GIF (the first picture) or BMP.
        size: (rows, columns).
        crop: fraction of the shorter side that is kept, as weights were evaluated.

    Returns:
        uint8 RGB `(rows, columns, 3)`.

    Raises:
        Refused: 413 for too many pixels, found before any is decoded; 415 for what is
            no picture; 422 for a damaged one.
    """
    picture = _open(data)
    if picture.width * picture.height > MAX_PIXELS:
        raise Refused(
            413,
            f"The picture has {picture.width} x {picture.height} pixels; at most "
            f"{MAX_PIXELS} are read. Send a smaller one.",
        )
    rows, columns = size
    try:
        # A JPEG of many pixels is decoded at an eighth, a quarter or a half of its
        # size, as long as twice the model's is left.
        picture.draft("RGB", (int(2 * columns / crop), int(2 * rows / crop)))
        picture = ImageOps.exif_transpose(picture)
        picture = _to_rgb(picture)
        picture = ImageOps.fit(
            picture, (columns, rows), Image.Resampling.BICUBIC, bleed=(1 - crop) / 2
        )
    except Exception as error:  # decoders raise a dozen kinds
        raise Refused(422, f"The picture is damaged: {error}.") from error
    return np.asarray(picture)


def _open(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except Exception as error:
        raise Refused(
            415,
            f"This is no picture of {', '.join(FORMATS)}. The request's body should be "
            "its bytes, not a form.",
        ) from error


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16 bits, which Pillow would cut at 255
        values = np.asarray(picture).astype("float32") / 257
        picture = Image.fromarray(values.clip(0, 255).astype("uint8"))
    return picture.convert("RGB")
