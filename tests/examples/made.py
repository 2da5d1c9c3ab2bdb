"""Pictures that are made, as files."""

import io

import numpy as np
from PIL import Image


def encoded(array, format="PNG", **more):
    file = io.BytesIO()
    Image.fromarray(np.asarray(array)).save(file, format, **more)
    return file.getvalue()
