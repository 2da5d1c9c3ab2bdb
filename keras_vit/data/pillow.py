"""Pictures that TensorFlow does not read, or not right, by Pillow."""

import io

import numpy as np

MODES = {
    "1": "L",
    "L": "L",
    "La": "LA",
    "LA": "LA",
    "RGB": "RGB",
    "RGBA": "RGBA",
    "RGBa": "RGBA",
    "RGBX": "RGB",
    "PA": "RGBA",
    "CMYK": "RGB",
    "YCbCr": "RGB",
    "HSV": "RGB",
}


def read_or_say_why(content: bytes) -> tuple[np.ndarray, bytes]:
    """Return a picture, uint8 (H, W, C), and nothing; or nothing and what is wrong."""
    nothing = np.zeros((0, 0, 0), "uint8")
    if not content:
        return nothing, b"it is empty, or cannot be opened"
    try:
        return _read(content), b""
    except ImportError:
        return nothing, (
            b"TensorFlow does not read it, and Pillow is not installed: "
            b"pip install pillow"
        )
    except Exception as error:  # Pillow raises many types for files that are broken
        reason = " ".join(str(error).split()) or type(error).__name__
        return nothing, reason.encode("utf-8", "replace")


def _read(content: bytes) -> np.ndarray:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        picture = Image.open(io.BytesIO(content))
    except UnidentifiedImageError:
        raise ValueError("no format that Pillow knows") from None
    with picture:
        upright = ImageOps.exif_transpose(picture)
        is_16_bit = upright.mode.startswith("I;16") or (
            upright.mode == "I" and picture.format == "PPM"
        )
        if is_16_bit:
            return (np.asarray(upright) >> 8).astype("uint8")[..., None]
        if upright.mode == "P":
            mode = "RGBA" if "transparency" in upright.info else "RGB"
        elif upright.mode in MODES:
            mode = MODES[upright.mode]
        else:
            raise ValueError(
                f"its pixels are of Pillow's mode {upright.mode}, whose range from "
                "black to white is not known: save it with 8 or 16 bits"
            )
        pixels = np.array(upright.convert(mode))
    return pixels if pixels.ndim == 3 else pixels[..., None]
