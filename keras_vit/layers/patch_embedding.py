"""An image becomes a sequence of words (https://arxiv.org/abs/2010.11929, Figure 1).

H, W image size, C channels, (P, P) patch, N = (H/P)·(W/P) patches, D hidden_dim.
"""

import keras
from keras import ops

from keras_vit.arguments import check_positive, check_static_map, pair
from keras_vit.layers.composite import CompositeLayer, one_piece
from keras_vit.layers.token_dense import TokenDense
from keras_vit.reshaping import reshape
from keras_vit.windows import window_partition


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
        x: images `(..., H, W, C)`, channels last.

    Input shape:
        `(..., H, W, C)`, H, W and C known; any number of batch axes.

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
        check_positive(hidden_dim=hidden_dim)
        super().__init__(**kwargs)
        self.hidden_dim = hidden_dim
        self.patch_size = pair(patch_size, "patch_size")
        self.flatten = flatten
        self.pad = pad
        with one_piece():
            self.projection = TokenDense(
                hidden_dim, dtype=self.dtype_policy, name="projection"
            )

    def build(self, input_shape):
        check_static_map(self, input_shape)
        *_, height, width, channels = input_shape
        sizes = zip(("height", "width"), (height, width), self.patch_size, strict=True)
        for axis, size, patch in sizes:
            if size < patch and not self.pad:
                raise ValueError(
                    f"An image is smaller than a patch: {axis} {size} < {patch}. "
                    f"Received: images of {height}x{width} and patch_size="
                    f"{self.patch_size}. Use larger images or a smaller patch_size."
                )
            if size % patch and not self.pad:
                raise ValueError(
                    f"No whole number of patches covers the image: {axis} {size} is "
                    f"not a multiple of {patch}. Received: images of {height}x{width} "
                    f"and patch_size={self.patch_size}. Resize to "
                    f"{size // patch * patch} or {(size // patch + 1) * patch}, "
                    "or choose another patch_size."
                )
        self.projection.build((None, None, self._patch_area() * channels))

    def _patch_area(self) -> int:
        return self.patch_size[0] * self.patch_size[1]

    def grid_size(self, height: int, width: int) -> tuple[int, int]:
        """How many patches cover an image: (rows, columns)."""
        rows, columns = self.patch_size
        return -(-height // rows), -(-width // columns)

    def call(self, x):
        *batch, height, width, channels = ops.shape(x)
        rows, columns = self.grid_size(height, width)
        x = reshape(x, (-1, height, width, channels))
        missing = (
            rows * self.patch_size[0] - height,
            columns * self.patch_size[1] - width,
        )
        if any(missing):
            x = ops.pad(x, ((0, 0), (0, missing[0]), (0, missing[1]), (0, 0)))
        patches = window_partition(x, self.patch_size)  # (B·N, P·P, C)
        patches = reshape(patches, (-1, rows * columns, self._patch_area() * channels))
        tokens = self.projection(patches)  # (B, N, P·P·C) -> (B, N, D)
        grid = (rows * columns,) if self.flatten else (rows, columns)
        return reshape(tokens, (*batch, *grid, self.hidden_dim))

    def compute_output_shape(self, input_shape):
        *batch, height, width, _ = input_shape
        rows, columns = self.grid_size(height, width)
        grid = (rows * columns,) if self.flatten else (rows, columns)
        return (*batch, *grid, self.hidden_dim)

    def get_config(self):
        return {
            **super().get_config(),
            "hidden_dim": self.hidden_dim,
            "patch_size": self.patch_size,
            "flatten": self.flatten,
            "pad": self.pad,
        }
