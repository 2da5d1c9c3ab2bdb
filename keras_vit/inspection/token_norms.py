"""How long the tokens are (https://arxiv.org/abs/2309.16588, Figures 3 and 7)."""

from typing import Any

import keras
import numpy as np

from keras_vit.inspection.running import found_for, kept, run
from keras_vit.inspection.watching import tokens_model


def token_norms(model: keras.Model, images: Any, layers: Any = None) -> list:
    """The length of each token after each block.

    [Vision Transformers Need Registers](https://arxiv.org/abs/2309.16588): large models
    turn patches of plain background into stores of their own, and these outliers show
    by their length; with register tokens, those are long in their place.

    Args:
        model: a ViT or Swin of this package, or a model that holds one.
        images: `(B, H, W, C)`, as the model takes them.
        layers: the blocks: None for all, a name or number (-1 is the last), or several.

    Returns:
        A list of float32 arrays, one a block in the order asked for: Euclidean norms
        over the channels. ViT: `(B, N)`, the class token if there is one, registers,
        then patches in row-major order. Swin: `(B, rows, columns)`.

    Raises:
        ValueError: if the model is none of ours, the images do not fit it, or there is
            no such block.

    Example:

    ```python
    import numpy as np
    import keras_vit
    from keras_vit import inspection

    model = keras_vit.ViTTi16(input_shape=(32, 48, 3), num_register_tokens=4)
    images = np.random.default_rng(0).random((2, 32, 48, 3), dtype="float32")
    (last,) = inspection.token_norms(model, images, layers=-1)
    assert last.shape == (2, 1 + 4 + 2 * 3)
    ```
    """
    found, images = found_for(model, images)
    numbers = found.chosen(layers)
    in_order = sorted(set(numbers))
    shape = images.shape[1:]
    watching = kept(
        model,
        ("tokens", tuple(in_order), shape),
        lambda: tokens_model(found, [found.blocks[n] for n in in_order], shape),
    )
    parts = [
        [np.linalg.norm(tokens.astype("float32"), axis=-1) for tokens in outputs]
        for outputs in run(watching, images, tokens_bytes(watching))
    ]
    norms = [np.concatenate(block) for block in zip(*parts, strict=True)]
    return [norms[in_order.index(number)] for number in numbers]


def tokens_bytes(watching: keras.Model) -> int:
    """Memory of what one image gives, of known shape."""
    return sum(4 * int(np.prod(output.shape[1:])) for output in watching.outputs)
