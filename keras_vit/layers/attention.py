"""Multi-head self-attention (https://arxiv.org/abs/2010.11929, appendix A).

B batch (all leading axes), N tokens, D hidden_dim, H heads, d = D/H key_dim.
"""

import functools

import keras
from keras import ops

from keras_vit import operations
from keras_vit.arguments import (
    check_divisible,
    check_rank,
    flag,
    integer,
    rate,
)
from keras_vit.layers import stock
from keras_vit.layers.attention_bias import additive_bias, relative_bias, table_among
from keras_vit.layers.composite import CompositeLayer
from keras_vit.layers.initializers import truncated_normal
from keras_vit.operations.precision import as_floats


@keras.saving.register_keras_serializable(package="keras_vit")
class MultiHeadSelfAttention(CompositeLayer):
    """Every token attends to all tokens, in several subspaces at once.

    MSA of Equations 5 to 8 of [An Image is Worth 16x16 Words](
    https://arxiv.org/abs/2010.11929). Queries, keys and values are three projections
    of the input; each of `num_heads` heads works on `hidden_dim / num_heads` channels.

    Args:
        num_heads: int, heads. Has to divide the input's last axis.
        dropout_rate: float, dropout after the output projection.
        attention_dropout_rate: float, dropout on the attention scores.
        relative_position: bool, add the 1-D relative attention of the paper's
            appendix D.4: the logits get the query's product with an embedding of the
            distance between query and key along the sequence.
        **kwargs: of `keras.layers.Layer`, such as `name` and `dtype`.

    Call arguments:
        inputs: tokens `(..., N, D)`.
        attention_mask: boolean `(N, N)`, `(..., N, N)` or `(..., H, N, N)`; True = the
            query may attend to the key.
        attention_bias: float `(H, N, N)` or `(..., H, N, N)`, added to the logits.
        training: bool, whether dropout is at work.
        return_attention_scores: bool, also give the scores, `(..., H, N, N)`.

    Input shape:
        `(..., N, D)`, any number of batch axes.

    Output shape:
        As the input; with `return_attention_scores=True` a pair with the scores.

    Raises:
        ValueError: if `num_heads` does not divide D, a rate is outside [0, 1), or
            relative attention gets more tokens than it was built for.

    Example:

    ```python
    import keras
    from keras_vit.layers import MultiHeadSelfAttention

    tokens = keras.random.normal((2, 5, 12))
    attention = MultiHeadSelfAttention(num_heads=3)
    attended, scores = attention(tokens, return_attention_scores=True)
    assert attended.shape == (2, 5, 12)
    assert scores.shape == (2, 3, 5, 5)
    ```
    """

    def __init__(
        self,
        num_heads: int,
        dropout_rate: float = 0.0,
        attention_dropout_rate: float = 0.0,
        relative_position: bool = False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.num_heads = integer(num_heads, "num_heads")
        self.dropout_rate = rate(dropout_rate, "dropout_rate")
        self.attention_dropout_rate = rate(
            attention_dropout_rate, "attention_dropout_rate"
        )
        self.relative_position = flag(relative_position, "relative_position")
        # For those who look inside: a function of the scores that gives what the values
        # are weighted by. Training with dropout on the scores does without it.
        self.alter_scores = None
        self.dropout = keras.layers.Dropout(self.dropout_rate, dtype=self.dtype_policy)
        self.attention_dropout = keras.layers.Dropout(
            self.attention_dropout_rate, dtype=self.dtype_policy
        )

    def build(self, input_shape):
        check_rank(self, input_shape, "(..., tokens, hidden_dim)")
        *_, tokens, hidden_dim = input_shape
        check_divisible(hidden_dim, self.num_heads)
        self.query_dense = self._projection(hidden_dim, "query")
        self.key_dense = self._projection(hidden_dim, "key")
        self.value_dense = self._projection(hidden_dim, "value")
        self.output_dense = self._projection(hidden_dim, "output")
        for dense in (
            self.query_dense,
            self.key_dense,
            self.value_dense,
            self.output_dense,
        ):
            dense.build(input_shape)
        if self.relative_position:
            if tokens is None:
                raise ValueError(
                    "`relative_position=True` needs a known number of tokens. "
                    f"Received: input_shape={tuple(input_shape)}"
                )
            self.relative_position_table = self.add_weight(
                shape=(2 * tokens - 1, hidden_dim // self.num_heads),
                initializer=truncated_normal(),
                name="relative_position_table",
            )

    def _projection(self, hidden_dim, name):
        return stock.new_dense(hidden_dim, dtype=self.dtype_policy, name=name)

    def call(
        self,
        inputs,
        attention_mask=None,
        attention_bias=None,
        training=None,
        return_attention_scores=False,
    ):
        x = as_floats(inputs, self.compute_dtype)
        *batch, tokens, _ = shape = ops.shape(x)
        query = self._projected(self.query_dense, x, training)
        key = self._projected(self.key_dense, x, training)
        value = self._projected(self.value_dense, x, training)
        bias = additive_bias(attention_bias, attention_mask, batch, x.dtype)
        if self.relative_position:
            table = table_among(tokens, self.relative_position_table)
            bias = relative_bias(query, table, bias)
        alter = self._dropout_of_scores(training) or self.alter_scores
        if alter or return_attention_scores:
            attended, scores = operations.attention_and_scores(
                query, key, value, bias, alter
            )
        else:
            attended = operations.attention(query, key, value, bias, training=training)
        attended = ops.reshape(attended, shape)  # (B, N, H, d) -> (..., N, D)
        attended = stock.dense(self.output_dense, attended, training)
        attended = stock.drop(self.dropout, attended, training)
        if return_attention_scores:
            scores = ops.reshape(scores, (*batch, self.num_heads, tokens, tokens))
            return attended, scores
        return attended

    def _projected(self, layer, x, training):
        """(..., N, D) -> (B, N, H, d)."""
        *_, tokens, hidden_dim = ops.shape(x)
        x = stock.dense(layer, x, training)
        key_dim = hidden_dim // self.num_heads
        return ops.reshape(x, (-1, tokens, self.num_heads, key_dim))

    def _dropout_of_scores(self, training):
        """A function of the scores, or None where it would do nothing."""
        if stock.is_idle(self.attention_dropout, training):
            return None
        return functools.partial(self.attention_dropout, training=training)

    def get_config(self):
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "dropout_rate": self.dropout_rate,
            "attention_dropout_rate": self.attention_dropout_rate,
            "relative_position": self.relative_position,
        }
