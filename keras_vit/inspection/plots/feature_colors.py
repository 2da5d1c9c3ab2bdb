"""Features as colors: what a model holds to be alike has the same color."""

from typing import Any

import numpy as np

from keras_vit.inspection.plots.canvas import bare, panels
from keras_vit.inspection.plots.photographs import draw_picture


def plot_feature_pca(result, images: Any, background: bool = False):
    """Draw photographs beside the principal components of their features.

    Args:
        result: what `feature_pca` returns. Red, green and blue are the three
            components.
        images: `(B, H, W, C)`, the photographs.
        background: bool, whether the background keeps its colors. If not, it is black.

    Returns:
        The new figure: each photograph, and its features to the right.

    Raises:
        ValueError: if there are not as many images as in the result.

    Example:

    ```python
    import numpy as np
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.ViTTi16(include_top=False, input_shape=(64, 96, 3))
    images = np.random.default_rng(0).random((2, 64, 96, 3), dtype="float32")
    figure = inspection.plot_feature_pca(inspection.feature_pca(model, images), images)
    ```
    """
    colors = result.colors
    if len(images) != len(colors):
        raise ValueError(
            f"`images` should be the {len(colors)} images of `result`. Received: "
            f"{len(images)}"
        )
    if not background:
        colors = np.where(result.foreground[..., None], colors, 0.0)
    columns = 4 if len(colors) > 1 else 2
    picture, axes = panels(
        2 * len(colors), columns, colors.shape[1] / colors.shape[2], bar=False
    )
    for i, (left, right) in enumerate(zip(axes[::2], axes[1::2], strict=True)):
        draw_picture(left, images[i])
        right.imshow(colors[i], vmin=0, vmax=1, interpolation="nearest")
        bare(right, f"{100 * result.foreground[i].mean():.0f} % object")
    return picture
