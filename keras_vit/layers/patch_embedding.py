"""An image becomes a sequence of words (https://arxiv.org/abs/2010.11929, Figure 1).

H, W image size, C channels, (P, P) patch, N = (H/P)·(W/P) patches, D hidden_dim.
"""

import keras
from keras import ops

from keras_vit.arguments import check_rank, flag, integer, pair
from keras_vit.layers import stock
from keras_vit.layers.composite import CompositeLayer
from keras_vit.operations.precision import as_floats
from keras_vit.windows import are_known, pad_map, window_partition


@keras.saving.register_keras_serializable(package="keras_vit")
class PatchEmbedding(CompositeLayer):
    """Cut images into patches, flatten each and project it to `hidden_dim`.

    `x_p E` in Equation 1 of [An Image is Worth 16x16 Words](
    https://arxiv.org/abs/2010.11929), and "Patch Partition" with "Linear Embedding"
    in Figure 3 of the [Swin Transformer](https://arxiv.org/abs/2103.14030). The same
    numbers as a convolution whose stride is its kernel size: that kernel
    `(P, P, C, D)`, reshaped to `(P * P * C, D)`, is this layer's.

    Args:
        hidden_dim: int, D, channels of a token.
        patch_size: int or (rows, columns), pixels of a patch's sides.
        flatten: bool. True gives a sequence, False a feature map.
        pad: bool. Whether images that no whole number of patches covers are padded
            with zeros at the bottom and right, as Swin's detection code does. If not,
            they are an error.
        **kwargs: of `keras.layers.Layer`, such as `name` and `dtype`.

    Call arguments:
        inputs: images `(..., H, W, C)`, channels last.

    Input shape:
        `(..., H, W, C)`, C known, and H and W too unless `pad=True`; any number of
        batch axes. H and W may differ from call to call.

    Output shape:
        `(..., N, D)`, patches in row-major order; with `flatten=False`
        `(..., H/P, W/P, D)`.

    Raises:
        ValueError: if an image is smaller than a patch, or not whole patches.

    Example:

    ```python
    import keras
    from keras_vit.layers import PatchEmbedding

    images = keras.random.uniform((2, 32, 48, 3))
    tokens = PatchEmbedding(hidden_dim=24, patch_size=16)(images)
    assert tokens.shape == (2, 2 * 3, 24)
    ```
    """

    def __init__(
        self,
        hidden_dim: int,
        patch_size: int | tuple[int, int],
        flatten: bool = True,
        pad: bool = False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.hidden_dim = integer(hidden_dim, "hidden_dim")
        self.patch_size = pair(patch_size, "patch_size")
        self.flatten = flag(flatten, "flatten")
        self.pad = flag(pad, "pad")
        self.projection = stock.new_dense(
            self.hidden_dim, dtype=self.dtype_policy, name="projection"
        )

    def build(self, input_shape):
        check_rank(self, input_shape, "(..., height, width, channels)")
        *_, height, width, channels = input_shape
        if not self.pad:
            self._check_size(height, width)
        self.projection.build((None, None, self._patch_area() * channels))

    def _check_size(self, height, width):
        """Whole patches should cover an image that is not padded."""
        if not are_known(height, width):
            raise ValueError(
                f"PatchEmbedding ('{self.name}') needs a known height and width, to "
                f"see that whole patches cover an image. Received: {height} x {width}. "
                "Give `keras.Input` a full shape, as in (224, 224, 3), or pad images "
                "of any size by `PatchEmbedding(pad=True)`."
            )
        sizes = zip(("height", "width"), (height, width), self.patch_size, strict=True)
        for axis, size, patch in sizes:
            if size < patch:
                raise ValueError(
                    f"An image is smaller than a patch: {axis} {size} < {patch}. "
                    f"Received: images of {height}x{width} and patch_size="
                    f"{self.patch_size}. Use larger images or a smaller patch_size."
                )
            if size % patch:
                raise ValueError(
                    f"No whole number of patches covers the image: {axis} {size} is "
                    f"not a multiple of {patch}. Received: images of {height}x{width} "
                    f"and patch_size={self.patch_size}. Resize to "
                    f"{size // patch * patch} or {(size // patch + 1) * patch}, "
                    "or choose another patch_size."
                )

    def _patch_area(self) -> int:
        return self.patch_size[0] * self.patch_size[1]

    def grid_size(self, height: int, width: int) -> tuple[int, int]:
        """How many patches cover an image: (rows, columns)."""
        rows, columns = self.patch_size
        return -(-height // rows), -(-width // columns)

    def call(self, inputs):
        x = as_floats(inputs, self.compute_dtype)
        *batch, height, width, channels = ops.shape(x)
        if not self.pad:
            self._check_size(height, width)
        rows, columns = self.grid_size(height, width)
        x = ops.reshape(x, (-1, height, width, channels))
        x = pad_map(
            x,
            rows * self.patch_size[0] - height,
            columns * self.patch_size[1] - width,
        )
        patches = window_partition(x, self.patch_size)  # (B·N, P·P, C)
        patches = ops.reshape(
            patches, (-1, rows * columns, self._patch_area() * channels)
        )
        tokens = stock.dense(self.projection, patches)  # (B, N, P·P·C) -> (B, N, D)
        grid = (rows * columns,) if self.flatten else (rows, columns)
        return ops.reshape(tokens, (*batch, *grid, self.hidden_dim))

    def compute_output_shape(self, input_shape):
        *batch, height, width, _ = input_shape
        grid = [
            side and -(-side // patch)
            for side, patch in zip((height, width), self.patch_size, strict=True)
        ]
        if self.flatten:
            grid = [None if None in grid else grid[0] * grid[1]]
        return (*batch, *grid, self.hidden_dim)

    def get_config(self):
        return {
            **super().get_config(),
            "hidden_dim": self.hidden_dim,
            "patch_size": self.patch_size,
            "flatten": self.flatten,
            "pad": self.pad,
        }
