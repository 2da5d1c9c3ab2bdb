"""Where a patch was in the image (https://arxiv.org/abs/2010.11929, appendix D.4).

T tokens = prefix (class token, registers) + N patches on a grid of (rows, columns);
D hidden_dim.
"""

import keras
import numpy as np
from keras import ops

from keras_vit.arguments import check_choice, check_rank, integer, pair
from keras_vit.layers.initializers import truncated_normal
from keras_vit.layers.sincos import sincos_2d
from keras_vit.operations import Constant
from keras_vit.operations.precision import as_floats
from keras_vit.windows import are_known

KINDS = ("none", "learned", "learned_2d", "sincos_2d")


@keras.saving.register_keras_serializable(package="keras_vit")
class PositionEmbedding(keras.layers.Layer):
    """Add to each token a vector that tells its place.

    `E_pos` in Equation 1 of [An Image is Worth 16x16 Words](
    https://arxiv.org/abs/2010.11929), in the kinds that its appendix D.4 compares
    (the relative one is `MultiHeadSelfAttention(relative_position=True)`):

    - `"learned"`: one vector a token, the paper's choice. The model is not told that
      patches lie on a grid.
    - `"learned_2d"`: D/2 numbers for the patch's column, then D/2 for its row.
    - `"sincos_2d"`: fixed sines and cosines of column and row, as in
      [Better plain ViT baselines](https://arxiv.org/abs/2205.01580); prefix tokens
      get zeros.
    - `"none"`: the patches are a bag.

    Args:
        kind: str, one of the above.
        grid_size: (rows, columns) of patches. The 2-D kinds need it; with `"learned"`
            it is kept for those who resize the embedding or draw it.
        num_prefix_tokens: int, tokens before the patches that lie on no grid.
        **kwargs: of `keras.layers.Layer`, such as `name` and `dtype`.

    Call arguments:
        inputs: tokens `(..., T, D)`, T = num_prefix_tokens + rows * columns.

    Input shape:
        `(..., T, D)`, T and D known; any number of batch axes.

    Output shape:
        As the input.

    Raises:
        ValueError: for an unknown kind, a grid that does not have as many places as
            there are patches, a D that the 2-D kinds cannot halve, or another number
            of tokens than the layer was built for.

    Example:

    ```python
    import keras
    from keras_vit.layers import PositionEmbedding

    tokens = keras.random.normal((2, 1 + 2 * 3, 8))
    layer = PositionEmbedding("learned_2d", grid_size=(2, 3), num_prefix_tokens=1)
    assert layer(tokens).shape == (2, 7, 8)
    ```
    """

    def __init__(
        self,
        kind: str = "learned",
        grid_size: tuple[int, int] | None = None,
        num_prefix_tokens: int = 0,
        **kwargs,
    ):
        check_choice("kind", kind, KINDS)
        if kind.endswith("_2d") and grid_size is None:
            raise ValueError(
                f"PositionEmbedding('{kind}') places patches on a grid and needs "
                "`grid_size=(rows, columns)`. Received: grid_size=None"
            )
        super().__init__(**kwargs)
        self.kind = kind
        self.grid_size = None if grid_size is None else pair(grid_size, "grid_size")
        self.num_prefix_tokens = integer(
            num_prefix_tokens, "num_prefix_tokens", minimum=0
        )

    def build(self, input_shape):
        check_rank(self, input_shape, "(..., tokens, hidden_dim)")
        *_, tokens, hidden_dim = input_shape
        self._check_tokens(tokens)
        if self.kind == "learned":
            self.embedding = self._embedding("embedding", tokens, hidden_dim)
        elif self.kind == "learned_2d":
            half = self._part_of(hidden_dim, 2)
            rows, columns = self.grid_size  # type: ignore[misc]
            self.column_embedding = self._embedding("column_embedding", columns, half)
            self.row_embedding = self._embedding("row_embedding", rows, half)
            if self.num_prefix_tokens:
                self.prefix_embedding = self._embedding(
                    "prefix_embedding", self.num_prefix_tokens, hidden_dim
                )
        elif self.kind == "sincos_2d":
            quarter = self._part_of(hidden_dim, 4)
            prefix = np.zeros((self.num_prefix_tokens, hidden_dim), "float32")
            patches = sincos_2d(self.grid_size, quarter)  # type: ignore[arg-type]
            self._sincos = Constant(np.concatenate([prefix, patches]))

    def _check_tokens(self, tokens):
        if tokens is None and self.kind != "none":
            raise ValueError(
                "PositionEmbedding needs a known number of tokens. Received: None. "
                "Give `keras.Input` a full shape, as in (197, 768)."
            )
        if self.grid_size is None or tokens is None:
            return
        rows, columns = self.grid_size
        if tokens != self.num_prefix_tokens + rows * columns:
            raise ValueError(
                f"A grid of {rows}x{columns} patches and {self.num_prefix_tokens} "
                f"prefix tokens make {self.num_prefix_tokens + rows * columns} tokens. "
                f"Received: {tokens} tokens. Mend `grid_size` or `num_prefix_tokens`."
            )

    def _part_of(self, hidden_dim, parts):
        if hidden_dim % parts:
            raise ValueError(
                f"PositionEmbedding('{self.kind}') shares hidden_dim among {parts} "
                f"parts and needs a multiple of {parts}. Received: "
                f"hidden_dim={hidden_dim}"
            )
        return hidden_dim // parts

    def _embedding(self, name, count, size):
        return self.add_weight(
            shape=(count, size), initializer=truncated_normal(), name=name
        )

    def call(self, inputs):
        x = as_floats(inputs, self.compute_dtype)
        if self.kind == "none":
            return x
        positions = ops.cast(self._positions(x), x.dtype)
        *batch, tokens, hidden_dim = ops.shape(x)
        if not are_known(tokens):  # an axis of one token would be spread, not refused
            x = ops.reshape(x, (*batch, positions.shape[0], hidden_dim))
        elif tokens != positions.shape[0]:
            raise ValueError(
                f"PositionEmbedding ('{self.name}') was built for "
                f"{positions.shape[0]} tokens. Received: {tokens} tokens. Make a layer "
                "for the new number and resize this one's embedding for it."
            )
        return x + positions

    def _positions(self, x):
        """The (T, D) that is added to x."""
        if self.kind == "learned":
            return self.embedding
        if self.kind == "sincos_2d":
            return self._sincos.beside(x)
        rows, columns = self.grid_size  # type: ignore[misc]
        x_part = ops.tile(self.column_embedding, (rows, 1))  # (N, D/2)
        y_part = ops.repeat(self.row_embedding, columns, axis=0)  # (N, D/2)
        patches = ops.concatenate([x_part, y_part], axis=-1)
        if self.num_prefix_tokens == 0:
            return patches
        # JAX 0.5 joins no variables.
        prefix = ops.convert_to_tensor(self.prefix_embedding)
        return ops.concatenate([prefix, patches], axis=0)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "kind": self.kind,
            "grid_size": self.grid_size,
            "num_prefix_tokens": self.num_prefix_tokens,
        }
