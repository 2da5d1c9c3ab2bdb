"""A picture of where a model looks."""

import io

import numpy as np
from PIL import Image

DARKEST = 0.2  # what is left of a picture's light


def as_png(pixels: np.ndarray, values: np.ndarray) -> bytes:
    """Darken a picture where the attention is low.

    Args:
        pixels: uint8 RGB `(rows, columns, 3)`.
        values: a number for each patch, `(patch rows, patch columns)`.

    Returns:
        A PNG of the picture's size.
    """
    low, high = np.percentile(values, [0, 98])  # one patch alone may tower
    bright = np.clip((values - low) / max(high - low, 1e-12), 0, 1)
    rows, columns = pixels.shape[:2]
    bright = Image.fromarray(np.uint8(255 * bright)).resize(
        (columns, rows), Image.Resampling.BICUBIC
    )
    light = DARKEST + (1 - DARKEST) * np.asarray(bright, "float32")[..., None] / 255
    png = io.BytesIO()
    Image.fromarray(np.uint8(pixels * light)).save(png, "PNG")
    return png.getvalue()
