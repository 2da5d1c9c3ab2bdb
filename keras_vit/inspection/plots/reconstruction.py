"""What a masked model was shown, what it made of it, and what was there."""

import numpy as np

from keras_vit.inspection.plots.canvas import LABEL, bare, new_picture
from keras_vit.inspection.plots.photographs import draw_picture

COLUMNS = ("masked", "rebuilt", "original")


def plot_reconstruction(reconstruction, title: str | None = None):
    """Draw each image masked, rebuilt and as it was.

    Args:
        reconstruction: what `keras_vit.training.reconstruct` returns; its label stands
            above the rebuilt ones.
        title: above the picture.

    Returns:
        The new figure.

    Example:

    ```python
    import numpy as np
    import keras_vit
    from keras_vit import inspection

    encoder = keras_vit.ViTTi16(input_shape=(32, 48, 3), classes=3)
    model = keras_vit.training.MaskedPatchPrediction(encoder)
    images = np.random.default_rng(0).random((2, 32, 48, 3), dtype="float32")
    pictures = keras_vit.training.reconstruct(model, images)
    figure = inspection.plot_reconstruction(pictures)
    ```
    """
    headings = {name: name for name in COLUMNS} | {"rebuilt": reconstruction.label}
    count = len(reconstruction.original)
    figure = new_picture(6.4, 2.1 * count + 0.7)
    figure.suptitle(title, fontsize=LABEL) if title else None
    grid = figure.subplots(count, len(COLUMNS), squeeze=False)
    for i, row in enumerate(grid):
        low, high = extent(reconstruction.original[i])
        for axes, name in zip(row, COLUMNS, strict=True):
            image = getattr(reconstruction, name)[i]
            draw_picture(axes, np.clip((image - low) / (high - low), 0, 1))
            bare(axes)
            if i == 0:
                axes.set_title(headings[name], fontsize=LABEL)
    return figure


def extent(image: np.ndarray) -> tuple[float, float]:
    """What is black and what is white, by the original, for all three pictures."""
    low, high = float(image.min()), float(image.max())
    if low >= 0 and high <= 255:
        return 0.0, 1.0 if high <= 1 else 255.0
    return low, max(high, low + 1e-12)
