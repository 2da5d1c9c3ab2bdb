"""A picture of where a model looks."""

import io

import numpy as np
from PIL import Image


def as_png(pixels: np.ndarray, values: np.ndarray) -> bytes:
    """Darken a picture where the attention is low.

    Args:
        pixels: uint8 RGB `(rows, columns, 3)`.
        values: a number for each patch, `(patch rows, patch columns)`.

    Returns:
        A PNG of the picture's size.
    """
    low, high = values.min(), values.max()
    bright = (values - low) / max(high - low, 1e-12)
    rows, columns = pixels.shape[:2]
    bright = Image.fromarray(np.uint8(255 * bright)).resize(
        (columns, rows), Image.Resampling.BICUBIC
    )
    light = 0.15 + 0.85 * np.asarray(bright, "float32")[..., None] / 255
    png = io.BytesIO()
    Image.fromarray(np.uint8(pixels * light)).save(png, "PNG")
    return png.getvalue()
