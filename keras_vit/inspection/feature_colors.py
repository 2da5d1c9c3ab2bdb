"""Features as colors (https://arxiv.org/abs/2304.07193, Figure 1).

B images; rows, columns of patches; D features.
"""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_vit.inspection.components import principal_components
from keras_vit.inspection.foreground import above_background
from keras_vit.inspection.patch_features import patch_features

FEWEST = 4  # patches of an object, to find three components among them


@dataclass(frozen=True)
class FeaturePCA:
    """What `feature_pca` found.

    The arguments are attributes too.

    Args:
        colors: float32 `(B, rows, columns, 3)`, from 0 to 1: the first three components
            of the object's patches.
        foreground: boolean `(B, rows, columns)`, True on the object.
        explained_variance: the shares of the object's variance that red, green and blue
            explain: `(3,)`, or `(B, 3)` if each image has its own.
        first_component: float32 `(B, rows, columns)`, what `foreground` was read from:
            the first component of all patches, positive on the object.
        first_explained: its share of the variance of all patches: `()` or `(B,)`.

    Example:

    ```python
    import numpy as np
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.ViTTi16(include_top=False, input_shape=(64, 96, 3))
    images = np.random.default_rng(0).random((2, 64, 96, 3), dtype="float32")
    result = inspection.feature_pca(model, images)
    share = result.foreground.mean(axis=(1, 2))  # of each image that is object
    assert np.array_equal(result.foreground, result.first_component > 0)
    ```
    """

    colors: np.ndarray
    foreground: np.ndarray
    explained_variance: np.ndarray
    first_component: np.ndarray
    first_explained: np.ndarray


def feature_pca(model: keras.Model, images: Any, joint: bool = True) -> FeaturePCA:
    """Color patches by what the model finds in them.

    As in Figure 1 of [DINOv2](https://arxiv.org/abs/2304.07193): the first principal
    component of the patches' features tells object from background; three components of
    the object's patches alone become red, green and blue. Where the object is, is
    decided in each image by the threshold that splits the component best, and the side
    that has most of the border is the background. An image without an object, or
    without a background, is split all the same: look at the mask.

    Args:
        model: a ViT or Swin of this package, or a model that holds one. Features are
            those after the last normalization, without class and register tokens.
        images: `(B, H, W, C)`, as the model takes them.
        joint: bool, whether all images share components: one color then means the same
            in all of them. If not, each image has its own.

    Returns:
        A `FeaturePCA`: `colors`, `foreground`, `explained_variance` and what they were
        read from.

    Raises:
        ValueError: if the model is none of ours.

    Example:

    ```python
    import numpy as np
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.ViTTi16(include_top=False, input_shape=(64, 96, 3))
    images = np.random.default_rng(0).random((2, 64, 96, 3), dtype="float32")
    result = inspection.feature_pca(model, images)
    assert result.colors.shape == (2, 4, 6, 3)
    assert result.foreground.shape == (2, 4, 6)
    ```
    """
    features = patch_features(model, images).astype("float64")
    groups = [features] if joint else [one[None] for one in features]
    results = [_of_one_space(group) for group in groups]
    if joint:
        return results[0]
    fields = zip(*(vars(result).values() for result in results), strict=True)
    colors, foreground, explained, first, first_explained = fields
    return FeaturePCA(
        np.concatenate(colors),
        np.concatenate(foreground),
        np.stack(explained),
        np.concatenate(first),
        np.stack(first_explained),
    )


def _of_one_space(features: np.ndarray) -> FeaturePCA:
    """(B, rows, columns, D): all patches in one space."""
    dims = features.shape[-1]
    first = principal_components(features.reshape(-1, dims), 1)
    scores = above_background(first.project(features)[..., 0])
    foreground = scores > 0
    objects = features[foreground]
    if len(objects) < FEWEST:
        objects = features.reshape(-1, dims)
    three = principal_components(objects, 3)
    of_objects = three.project(objects)
    low, high = of_objects.min(axis=0), of_objects.max(axis=0)
    colors = (three.project(features) - low) / np.maximum(high - low, 1e-12)
    return FeaturePCA(
        colors=np.clip(colors, 0, 1).astype("float32"),
        foreground=foreground,
        explained_variance=three.explained,
        first_component=scores.astype("float32"),
        first_explained=first.explained[0],
    )
