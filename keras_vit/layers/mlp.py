"""The MLP of a Transformer block (https://arxiv.org/abs/2010.11929, section 3.1)."""

import keras
from keras import ops

from keras_vit.arguments import check_rank, integer, rate
from keras_vit.layers.composite import CompositeLayer, dropped, one_piece
from keras_vit.layers.fast_paths import fused_mlp, has_fused_mlp
from keras_vit.layers.gelu import gelu
from keras_vit.layers.plain_layers import is_idle, weights_of
from keras_vit.layers.precision import as_floats
from keras_vit.layers.token_dense import TokenDense
from keras_vit.reshaping import reshape


@keras.saving.register_keras_serializable(package="keras_vit")
class MLP(CompositeLayer):
    """Two dense layers with an exact (erf) GELU between, on each token by itself.

    [An Image is Worth 16x16 Words](https://arxiv.org/abs/2010.11929), Equation 3.

    Args:
        mlp_dim: int, width of the hidden layer (the papers: 4 * hidden_dim).
        dropout_rate: float, dropout after each dense layer.
        **kwargs: of `keras.layers.Layer`, such as `name` and `dtype`.

    Call arguments:
        inputs: `(..., D)`.
        training: bool, whether dropout is at work.

    Input shape:
        `(..., D)`, any number of axes before.

    Output shape:
        As the input.

    Raises:
        ValueError: if `mlp_dim` is not a positive int or the rate not in [0, 1).

    Example:

    ```python
    import keras
    from keras_vit.layers import MLP

    tokens = keras.random.normal((2, 5, 12))
    assert MLP(mlp_dim=48)(tokens).shape == (2, 5, 12)
    ```
    """

    def __init__(self, mlp_dim: int, dropout_rate: float = 0.0, **kwargs):
        super().__init__(**kwargs)
        self.mlp_dim = integer(mlp_dim, "mlp_dim")
        self.dropout_rate = rate(dropout_rate, "dropout_rate")
        with one_piece():
            self.hidden_dense = TokenDense(
                self.mlp_dim, activation=gelu, dtype=self.dtype_policy, name="hidden"
            )
            self.hidden_dropout = keras.layers.Dropout(
                self.dropout_rate, dtype=self.dtype_policy
            )
            self.output_dropout = keras.layers.Dropout(
                self.dropout_rate, dtype=self.dtype_policy
            )

    def build(self, input_shape):
        check_rank(self, input_shape, "(..., hidden_dim)")
        self.hidden_dense.build(input_shape)
        with one_piece():
            self.output_dense = TokenDense(
                input_shape[-1], dtype=self.dtype_policy, name="output"
            )
        self.output_dense.build((*input_shape[:-1], self.mlp_dim))

    def call(self, inputs, training=None):
        x = as_floats(inputs, self.compute_dtype)
        shape = ops.shape(x)
        rows = reshape(x, (-1, shape[-1]))  # (..., D) -> (R, D)
        weights = self._weights_alone(rows, training)
        if weights is not None:
            return reshape(fused_mlp(rows, *weights), shape)
        rows = self.hidden_dense(rows, training=training)
        rows = dropped(self.hidden_dropout, rows, training)
        rows = dropped(self.output_dropout, self.output_dense(rows), training)
        return reshape(rows, shape)

    def _weights_alone(self, rows, training) -> list | None:
        """All that it takes, where this is two products with a GELU between."""
        if not (
            has_fused_mlp(training)
            and is_idle(self.hidden_dropout, training)
            and is_idle(self.output_dropout, training)
        ):
            return None
        linear = keras.activations.linear
        return weights_of(
            rows, TokenDense, {self.hidden_dense: gelu, self.output_dense: linear}
        )

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "mlp_dim": self.mlp_dim,
            "dropout_rate": self.dropout_rate,
        }
