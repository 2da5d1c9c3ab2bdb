"""What a model finds in each patch.

B images; rows, columns of the last map; D features.
"""

from typing import Any

import keras
import numpy as np

from keras_vit.inspection.running import found_for, kept, run
from keras_vit.inspection.watching import tokens_model


def patch_features(model: keras.Model, images: Any) -> np.ndarray:
    """Patch tokens after the last normalization, `(B, rows, columns, D)`, float32.

    Where the normalization comes after pooling, those after the last block.
    """
    found, images = found_for(model, images)
    last = found.blocks[-1]
    if found.norm is not None and len(found.norm.input.shape) == len(last.output.shape):
        last = found.norm
    shape = images.shape[1:]
    watching = kept(
        model,
        ("patch features", shape),
        lambda: tokens_model(found, [last], image_shape=shape),
    )
    maps = []
    for (tokens,) in run(watching, images):
        if found.kind == "vit":
            tokens = tokens[:, found.num_prefix_tokens :]
        maps.append(tokens.reshape(len(tokens), *found.maps[-1], -1))
    return np.concatenate(maps).astype("float32")
