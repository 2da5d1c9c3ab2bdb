"""Find the ViT or Swin in a model.

Layers are found by what they are, not by their names: in a model just built or loaded,
fine-tuned, or nested in a bigger functional model or Sequential.
"""

from collections.abc import Iterator, Sequence

import keras

from keras_vit.inspection.found import Found
from keras_vit.layers import (
    ClassToken,
    EncoderBlock,
    PatchEmbedding,
    PatchMerging,
    PositionEmbedding,
    RegisterTokens,
    SwinBlock,
    TokenPooling,
)

BLOCKS = (EncoderBlock, SwinBlock)


def find(model: keras.Model, image_shape: Sequence[int] | None = None) -> Found:
    """Find the one ViT or Swin in a model.

    Args:
        model: a ViT or Swin, or a functional model or Sequential that holds one.
        image_shape: of the images without the batch axis; needed where the model was
            built for images of any size.

    Returns:
        What was found.

    Raises:
        ValueError: if there is none, or more than one, or it cannot be followed.
    """
    paths = list(_paths(model, ()))
    if len(paths) != 1:
        what = "several" if paths else "none"
        names = ", ".join(f"'{path[-1].name}'" for path in paths)
        raise ValueError(
            "`keras_vit.inspection` looks into a ViT or Swin of this package, alone or "
            "nested in one functional model or Sequential. Received: "
            f"{model!r}, which holds {what}{': ' + names if names else ''}. Give the "
            "ViT or Swin itself."
        )
    path = paths[0]
    _build(model, image_shape)
    for outer in path:
        _check_graph(outer)
    return _described(path, image_shape)


def _paths(model, above):
    """The ways from a model down to the models whose own layers are blocks."""
    layers = _layers(model)
    if any(isinstance(layer, BLOCKS) for layer in layers):
        yield (*above, model)
        return
    for layer in layers:
        if isinstance(layer, keras.Model):
            yield from _paths(layer, (*above, model))


def _layers(model) -> list:
    if not isinstance(model, keras.Model):
        return []
    return list({id(layer): layer for layer in model.layers}.values())


def _build(model, image_shape):
    """A Sequential without an Input has a graph when it knows its images."""
    if isinstance(model, keras.Sequential) and not model.built and image_shape:
        model.build((None, *image_shape))


def _check_graph(model):
    inputs = getattr(model, "inputs", None)
    if not inputs:
        raise ValueError(
            f"'{model.name}' ({type(model).__name__}) has no graph of layers to follow:"
            " it is a subclassed model, or a Sequential that was never built. Give the "
            "ViT or Swin in it, or build the Sequential."
        )
    if len(inputs) != 1:
        raise ValueError(
            f"'{model.name}' has {len(inputs)} inputs, and images are one. Give the ViT"
            " or Swin in it."
        )


def _described(path, image_shape) -> Found:
    layers = _layers(path[-1])
    numbers = [n for n, layer in enumerate(layers) if isinstance(layer, BLOCKS)]
    blocks = tuple(layers[number] for number in numbers)
    embedding = _only(layers, PatchEmbedding)
    if embedding is None or len({isinstance(b, SwinBlock) for b in blocks}) > 1:
        raise ValueError(
            f"'{path[-1].name}' has blocks of this package, but is no ViT or Swin: it "
            "should have one PatchEmbedding, then blocks of one kind."
        )
    prefix = [layer for layer in layers if isinstance(layer, RegisterTokens)]
    after = layers[numbers[-1] + 1 :]
    found = Found(
        path=path,
        patch_embedding=embedding,
        position_embedding=_only(layers, PositionEmbedding),
        blocks=blocks,
        stages=tuple(_stages(layers)),
        norm=_only(after, keras.layers.LayerNormalization),
        pooling=_only(after, TokenPooling),
        image_size=_image_size(embedding, image_shape, path[-1].name),
        num_prefix_tokens=sum(layer.num_tokens for layer in prefix),
        has_class_token=any(isinstance(layer, ClassToken) for layer in prefix),
    )
    _check_tokens(found)
    return found


def _only(layers, kind):
    """The one layer of a kind, or None."""
    of_kind = [layer for layer in layers if isinstance(layer, kind)]
    return of_kind[0] if len(of_kind) == 1 else None


def _stages(layers) -> Iterator[int]:
    """For each block, how many mergings stand before it."""
    stage = 0
    for layer in layers:
        stage += isinstance(layer, PatchMerging)
        if isinstance(layer, BLOCKS):
            yield stage


def _image_size(embedding, image_shape, name) -> tuple[int, int]:
    """(H, W) that the patch embedding gets."""
    height, width = embedding.input.shape[-3:-1]
    if height and width:
        return height, width
    if image_shape is None:
        raise ValueError(
            f"'{name}' takes images of any size, and what is asked for depends on the "
            "size. Give images."
        )
    first = keras.config.image_data_format() == "channels_first"
    height, width = image_shape[1:] if first else image_shape[:2]
    return int(height), int(width)


def _check_tokens(found: Found) -> None:
    """What the blocks work on should be the grid of patches."""
    rows, columns = found.grid_size
    expected: tuple = found.maps[0]
    received = tuple(found.blocks[0].input.shape[1:-1])
    if found.kind == "vit":
        expected = (found.num_prefix_tokens + rows * columns,)
    if None not in received and received != expected:
        raise ValueError(
            f"The first block of '{found.name}' should get the {rows}x{columns} patches"
            f" of an image and {found.num_prefix_tokens} tokens before them. Received: "
            f"tokens of shape {received}."
        )
