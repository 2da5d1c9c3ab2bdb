"""The MLP of a Transformer block (https://arxiv.org/abs/2010.11929, section 3.1)."""

import keras

from keras_vit import operations
from keras_vit.arguments import check_rank, integer, rate
from keras_vit.layers import stock
from keras_vit.layers.composite import CompositeLayer
from keras_vit.operations.precision import as_floats


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
        self.hidden_dense = stock.new_dense(
            self.mlp_dim,
            activation=operations.gelu,
            dtype=self.dtype_policy,
            name="hidden",
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
        self.output_dense = stock.new_dense(
            input_shape[-1], dtype=self.dtype_policy, name="output"
        )
        self.output_dense.build((*input_shape[:-1], self.mlp_dim))

    def call(self, inputs, training=None):
        x = as_floats(inputs, self.compute_dtype)
        weights = self._weights_alone(x, training)
        if weights is not None:
            return operations.mlp(x, *weights, training=training)
        hidden = stock.dense(self.hidden_dense, x, training)
        hidden = stock.drop(self.hidden_dropout, hidden, training)
        output = stock.dense(self.output_dense, hidden, training)
        return stock.drop(self.output_dropout, output, training)

    def _weights_alone(self, x, training) -> list | None:
        """All that it takes, where this is two products with a GELU between."""
        if not (
            stock.is_idle(self.hidden_dropout, training)
            and stock.is_idle(self.output_dropout, training)
            and getattr(self.hidden_dense, "activation", None) is operations.gelu
            and getattr(self.output_dense, "activation", None)
            is keras.activations.linear
        ):
            return None
        weights = []
        for layer in (self.hidden_dense, self.output_dense):
            of_layer = stock.weights_of(layer, keras.layers.Dense, x)
            if of_layer is None or len(of_layer) != 2:
                return None
            weights += of_layer
        return weights

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "mlp_dim": self.mlp_dim,
            "dropout_rate": self.dropout_rate,
        }
