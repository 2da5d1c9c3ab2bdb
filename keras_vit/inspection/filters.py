"""What the patch embedding looks for (https://arxiv.org/abs/2010.11929, Figure 7)."""

import keras
import numpy as np
from keras import ops

from keras_vit.arguments import check_positive
from keras_vit.inspection.components import principal_components
from keras_vit.inspection.finding import find


def patch_filters(model: keras.Model, components: int = 28) -> np.ndarray:
    """The first principal components of the patch embedding's filters.

    Figure 7 (left) of [An Image is Worth 16x16 Words](
    https://arxiv.org/abs/2010.11929): "the components resemble plausible basis
    functions for a low-dimensional representation of the fine structure within each
    patch". Each of the `hidden_dim` filters is one sample; their mean is taken off.

    Args:
        model: a ViT or Swin of this package, or a model that holds one.
        components: int, how many, those that explain most first.

    Returns:
        float32 `(components, rows, columns, channels)`: patches of unit length,
        orthogonal to each other, whose largest weight is positive.

    Raises:
        ValueError: if the model is none of ours, or there are fewer components.

    Example:

    ```python
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.ViTTi16(input_shape=(32, 32, 3))
    assert inspection.patch_filters(model).shape == (28, 16, 16, 3)
    ```
    """
    check_positive(components=components)
    embedding = find(model).patch_embedding
    kernel = ops.convert_to_numpy(ops.cast(embedding.projection.kernel, "float32"))
    most = min(kernel.shape)
    if components > most:
        raise ValueError(
            f"A patch embedding of {kernel.shape[1]} filters of {kernel.shape[0]} "
            f"weights has {most} principal components. Received: "
            f"components={components}"
        )
    vectors = principal_components(kernel.T, components).vectors
    filters = vectors.reshape(components, *embedding.patch_size, -1)
    return filters.astype("float32")
