"""Tokens and maps from within a model, for heads of one's own.

B images, N patches, T tokens (patches and what stands before them), D channels.
"""

from typing import Any

import keras
import numpy as np

from keras_vit.inspection.finding import find
from keras_vit.inspection.found import Found
from keras_vit.inspection.rebuilding import rebuild
from keras_vit.inspection.watching import giving


def feature_extractor(
    model: keras.Model, layers: Any, maps: bool = False
) -> keras.Model:
    """A model that gives what some blocks of another give.

    A functional `keras.Model` from the images that `model` takes, with the same layers
    and weights: training one trains the other. It trains, saves and exports like any
    other, and what only the answer of `model` needs is not in it.

    Args:
        model: a ViT or Swin of this package, or a model that holds one. What stands
            before the ViT or Swin, such as a rescaling, is a part of the result.
        layers: a block's name or number (-1 is the last), or several; the name of the
            last normalization, `"norm"`, is one too. `"stages"` is the last block of
            each of a Swin's stages, the pyramid that detection and segmentation take.
            Blocks give the residual stream, which is not normalized.
        maps: bool, whether a ViT gives maps instead of tokens. Swin always does.

    Returns:
        A functional model. Its outputs are a tensor for one name or number, and for
        several a list in their order: ViT tokens `(B, T, D)`, with the class token and
        registers first, or with `maps=True` the patches `(B, rows, columns, D)`; Swin
        maps `(B, rows, columns, D)`.

    Raises:
        ValueError: if the model is none of ours, has no such block, or `"stages"` is
            asked of a ViT.

    Example:

    ```python
    import keras
    import keras_vit
    from keras_vit import inspection

    swin = keras_vit.SwinTransformer(
        include_top=False,
        input_shape=(64, 96, 3),
        hidden_dim=6,
        depths=(1, 1, 1),
        num_heads=(1, 2, 3),
    )
    pyramid = inspection.feature_extractor(swin, layers="stages")
    shapes = [output.shape for output in pyramid.outputs]
    assert shapes == [(None, 16, 24, 6), (None, 8, 12, 12), (None, 4, 6, 24)]

    vit = keras_vit.ViTTi16(include_top=False, input_shape=(64, 96, 3))
    features = inspection.feature_extractor(vit, layers="norm", maps=True)
    per_patch = keras.layers.Dense(5)(features.output)  # (B, 4, 6, 5)
    segmenter = keras.Model(features.input, per_patch)
    assert segmenter.output_shape == (None, 4, 6, 5)
    ```
    """
    found = find(model)
    one = isinstance(layers, str) and layers != "stages" or not np.iterable(layers)
    wanted = _wanted(found, [layers] if one else layers)
    rebuilt = rebuild(found, {w: giving(w) for w in wanted}, with_outputs=False)
    in_order = [layer for layer in found.host.layers if layer in wanted]
    given = dict(zip(in_order, rebuilt.seen, strict=True))
    for layer, tokens in given.items():
        if len(tokens.shape) < 3:
            raise ValueError(
                f"'{layer.name}' of '{found.name}' comes after the pooling and gives no"
                " tokens. Name a block."
            )
    if maps and found.kind == "vit":
        given = {layer: _as_map(found, layer, given[layer]) for layer in given}
    outputs = [given[layer] for layer in wanted]
    return keras.Model(
        rebuilt.inputs[0], outputs[0] if one else outputs, name=f"{found.name}_features"
    )


def _wanted(found: Found, layers) -> list:
    """The layers that are meant."""
    if isinstance(layers, str):  # "stages"
        if found.kind == "vit":
            raise ValueError(
                "`layers='stages'` is the pyramid of a Swin, and a ViT has one stage. "
                f"Received: '{found.name}', a ViT. Name its blocks, and take maps=True "
                "for maps."
            )
        last = dict(zip(found.stages, found.blocks, strict=True))  # of each stage
        return list(last.values())
    norm = found.norm
    return [
        norm
        if norm is not None and isinstance(layer, str) and layer == norm.name
        else found.blocks[found.chosen([layer])[0]]
        for layer in layers
    ]


def _as_map(found: Found, layer, tokens):
    """(B, T, D) -> (B, rows, columns, D), by layers that save and export."""
    before = found.num_prefix_tokens
    if before:
        crop = keras.layers.Cropping1D((before, 0), name=f"{layer.name}_patches")
        tokens = crop(tokens)
    shape = (*found.grid_size, tokens.shape[-1])
    return keras.layers.Reshape(shape, name=f"{layer.name}_map")(tokens)
