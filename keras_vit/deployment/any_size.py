"""A ViT for images of any height and width, whose positions are resized as it runs.

Section 3.2 of https://arxiv.org/abs/2010.11929: "we perform 2D interpolation of the
pre-trained position embeddings, according to their location in the original image".
T tokens = prefix + N patches on a grid of (rows, columns), D hidden_dim.
"""

import keras
from keras import ops

from keras_vit.layers import PatchEmbedding, PositionEmbedding


def any_size(model: keras.Model) -> keras.Model:
    """The same ViT, with the same weights, for images of (None, None, channels).

    Sides that are no multiple of the patch are padded with zeros.

    Args:
        model: a chain of layers with one `PatchEmbedding`, or one around such a model.

    Raises:
        ValueError: for a Swin, whose windows and masks belong to a size, and for
            positions that are not learned for each patch.
    """
    *_, channels = model.inputs[0].shape
    dtype = model.inputs[0].dtype
    images = keras.Input((None, None, channels), dtype=dtype, name="images")
    return keras.Model(images, _chain(model, images, None)[0], name=model.name)


def _chain(model, x, grid):
    """Apply a model's layers in turn, those that know their size by others."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        if isinstance(layer, keras.Model):
            x, grid = _chain(layer, x, grid)
        elif isinstance(layer, PatchEmbedding):
            x, grid = _patches(layer, model, x)
        elif isinstance(layer, PositionEmbedding) and layer.kind != "none":
            x = _positions(layer, model)([x, grid])
        elif type(layer).__name__ == "SwinBlock":
            _refuse(model, "a Swin's windows and masks belong to one size")
        else:
            x = layer(x)
    return x, grid


def _patches(layer, model, x):
    """The tokens, and the map of patches, which tells how many rows there are."""
    if not layer.flatten:
        _refuse(model, "a Swin's windows and masks belong to one size")
    arguments = layer.get_config() | {"pad": True, "flatten": False}
    arguments.pop("dtype")
    embed = PatchEmbedding.from_config(arguments)
    embed.build(layer.input.shape)
    for old, new in zip(layer.weights, embed.weights, strict=True):
        new.assign(old)
    grid = embed(x)  # (B, rows, columns, D)
    return keras.layers.Reshape((-1, layer.hidden_dim), name="tokens")(grid), grid


def _positions(layer, model):
    if layer.kind != "learned" or layer.grid_size is None:
        _refuse(model, f"positions of the kind '{layer.kind}' are not resized here")
    resized = ResizedPositions(
        layer.grid_size, layer.num_prefix_tokens, name=layer.name
    )
    resized.build([layer.input.shape, None])
    resized.embedding.assign(layer.embedding)
    return resized


def _refuse(model, reason):
    raise ValueError(
        f"`any_size=True` is for a ViT with learned positions. Received: "
        f"'{model.name}': {reason}. Export it at one size, or a model of "
        "`keras_vit.training.resize` for another."
    )


@keras.saving.register_keras_serializable(package="keras_vit")
class ResizedPositions(keras.layers.Layer):
    """Learned positions, resized to the grid of patches that an image has.

    Args:
        grid_size: (rows, columns) that they were learned on.
        num_prefix_tokens: int, tokens before the patches, which keep theirs.
        **kwargs: of `keras.layers.Layer`, such as `name` and `dtype`.

    Call arguments:
        inputs: tokens `(B, T, D)`, and the map `(B, rows, columns, D)` of patches.
    """

    def __init__(self, grid_size, num_prefix_tokens=0, **kwargs):
        super().__init__(**kwargs)
        self.grid_size, self.num_prefix_tokens = tuple(grid_size), num_prefix_tokens

    def build(self, input_shape):
        rows, columns = self.grid_size
        self.embedding = self.add_weight(
            shape=(self.num_prefix_tokens + rows * columns, input_shape[0][-1]),
            name="embedding",
        )

    def call(self, inputs):
        tokens, patches = inputs
        hidden_dim = self.embedding.shape[-1]
        _, rows, columns, _ = ops.shape(patches)
        prefix = self.embedding[: self.num_prefix_tokens]
        grid = ops.reshape(
            self.embedding[self.num_prefix_tokens :], (*self.grid_size, hidden_dim)
        )
        down = resize_matrix(self.grid_size[0], rows)
        across = resize_matrix(self.grid_size[1], columns)
        grid = ops.einsum("rh,hwd->rwd", down, grid)
        grid = ops.einsum("cw,rwd->rcd", across, grid)
        positions = ops.concatenate([prefix, ops.reshape(grid, (-1, hidden_dim))])
        return tokens + positions

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {
            **super().get_config(),
            "grid_size": self.grid_size,
            "num_prefix_tokens": self.num_prefix_tokens,
        }


def resize_matrix(old: int, new):
    """`weights.resize_matrices.antialiased_matrix` for a number known as it runs."""
    new = ops.cast(new, "float32")
    scale = old / new
    stretch = ops.maximum(scale, 1.0)
    centers = (scale * (ops.arange(new, dtype="float32") + 0.5))[:, None]
    samples = ops.arange(old, dtype="float32")[None] + 0.5
    # Samples count whose centers lie within the kernel's reach, as Pillow rounds it.
    first = ops.floor(ops.maximum(centers - 2 * stretch + 0.5, 0.0))
    last = ops.floor(centers + 2 * stretch + 0.5)
    within = ops.logical_and(samples > first, samples < last)
    weights = ops.where(within, _cubic(ops.abs(samples - centers) / stretch), 0.0)
    return weights / ops.sum(weights, axis=1, keepdims=True)


def _cubic(x, a=-0.5):
    """Keys' kernel, as `weights.resize_matrices.cubic_kernel` has it."""
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = a * (((x - 5) * x + 8) * x - 4)
    return ops.where(x < 1, near, ops.where(x < 2, far, 0.0))
