"""The attention scores of a model, as they are.

B images, N tokens; rows, columns of the map that a block works on.
"""

from typing import Any

import keras
import numpy as np

from keras_vit.inspection.places import window_places
from keras_vit.inspection.running import found_for
from keras_vit.inspection.scores import watch_scores


def attention_maps(model: keras.Model, images: Any, layers: Any = None) -> list:
    """What each token attends to: softmax(QKᵀ/√d + bias) of each block.

    Equation 7 of [An Image is Worth 16x16 Words](https://arxiv.org/abs/2010.11929),
    Equation 4 of the [Swin Transformer](https://arxiv.org/abs/2103.14030). The blocks
    that are asked for take the road on which scores are written to memory; the others
    stay as fast as they are.

    All scores of all images are in memory at the end: `4 * B * heads * N**2` bytes a
    block of a ViT. One image of 224 pixels in ViT-B/16 has 1.9 MB a block and 22 MB in
    all; in ViT-S/14 at 518 pixels 45 MB and 540 MB. On the device there are those of a
    few images at a time.

    Args:
        model: a ViT or Swin of this package, or a model that holds one.
        images: `(B, H, W, C)`, as the model takes them.
        layers: the blocks: None for all, a name or number (-1 is the last), or several.

    Returns:
        A list of float32 arrays, one a block in the order asked for. ViT:
        `(B, heads, N, N)`, query by key, N the class token if there is one, registers,
        then patches. Swin: `(B, windows, heads, M * M, M * M)`: windows, and tokens in
        them, in row-major order on the map as it was padded and rolled.

    Raises:
        ValueError: if the model is none of ours, the images do not fit it, or there is
            no such block.

    Example:

    ```python
    import numpy as np
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.ViTTi16(input_shape=(32, 48, 3))
    images = np.random.default_rng(0).random((2, 32, 48, 3), dtype="float32")
    (last,) = inspection.attention_maps(model, images, layers=-1)
    assert last.shape == (2, 3, 1 + 2 * 3, 1 + 2 * 3)
    assert np.allclose(last.sum(axis=-1), 1, atol=1e-5)
    ```
    """
    found, images = found_for(model, images)
    numbers = found.chosen(layers)
    parts = watch_scores(model, found, images, numbers)
    return [np.concatenate(block) for block in zip(*parts, strict=True)]


def attention_on_image(model: keras.Model, images: Any, layer: Any) -> np.ndarray:
    """What each place of the image attends to, with windows put back on the map.

    Swin's windows are cut from a map that was padded and rolled ([Figure 4](
    https://arxiv.org/abs/2103.14030)). Here windows, roll and padding are undone: a
    place attends to nothing outside of its window. Where a window has padding, what
    goes to it is left out, and the sum over keys is below 1. A ViT's class token and
    registers lie on no place and are left out in the same way.

    Takes `4 * B * heads * (rows * columns)**2` bytes: 118 MB for one image of 224
    pixels in the first stage of Swin-T.

    Args:
        model: a ViT or Swin of this package, or a model that holds one.
        images: `(B, H, W, C)`, as the model takes them.
        layer: a block's name or number (-1 is the last).

    Returns:
        float32 `(B, heads, rows, columns, rows, columns)`, query by key.

    Raises:
        ValueError: if the model is none of ours, the images do not fit it, or there is
            no such block.

    Example:

    ```python
    import numpy as np
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.SwinTransformer(
        input_shape=(64, 96, 3),
        hidden_dim=6,
        depths=(2, 2),
        num_heads=(1, 2),
        window_size=7,
    )
    images = np.random.default_rng(0).random((1, 64, 96, 3), dtype="float32")
    attention = inspection.attention_on_image(model, images, "stage_1_block_1")
    assert attention.shape == (1, 2, 8, 12, 8, 12)
    ```
    """
    found, images = found_for(model, images)
    numbers = found.chosen([layer])
    rows, columns = found.maps[numbers[0]]
    grid = (rows, columns, rows, columns)
    parts = []
    for (scores,) in watch_scores(model, found, images, numbers):
        if found.kind == "vit":
            plane = scores[:, :, found.num_prefix_tokens :, found.num_prefix_tokens :]
        else:
            plane = windows_on_plane(scores, window_places(found.layout(numbers[0])))
        parts.append(plane.reshape(*plane.shape[:2], *grid))
    return np.concatenate(parts)


def windows_on_plane(scores: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Put the scores of windows back on the map.

    Args:
        scores: `(B, nW, heads, N, N)`.
        places: as `window_places` gives them.

    Returns:
        `(B, heads, rows * columns, rows * columns)`.
    """
    size = places.max() + 1
    plane = np.zeros((len(scores), scores.shape[2], size, size), scores.dtype)
    for window, at in enumerate(places):
        real = at >= 0
        queries, keys = np.ix_(at[real], at[real])
        plane[:, :, queries, keys] = scores[:, window][:, :, real][..., real]
    return plane
