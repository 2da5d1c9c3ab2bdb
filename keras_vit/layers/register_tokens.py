"""Learned tokens beside the patches (https://arxiv.org/abs/2309.16588).

N patch tokens, R register tokens, D hidden_dim.
"""

import keras
from keras import ops

from keras_vit import arguments
from keras_vit.arguments import check_rank, integer
from keras_vit.operations.precision import as_floats


@keras.saving.register_keras_serializable(package="keras_vit")
class RegisterTokens(keras.layers.Layer):
    """Put learned tokens, the same for each image, before the sequence.

    [Vision Transformers Need Registers](https://arxiv.org/abs/2309.16588): room for
    what the model wants to keep that belongs to no patch. Without it, large models use
    patches of plain background and their attention maps show artefacts there.

    Args:
        num_tokens: int, R, how many (the paper: 4).
        initializer: of the tokens; the published code draws them close to zero.
        **kwargs: of `keras.layers.Layer`, such as `name` and `dtype`.

    Call arguments:
        inputs: tokens `(..., N, D)`.

    Input shape:
        `(..., N, D)`, any number of batch axes.

    Output shape:
        `(..., R + N, D)`.

    Raises:
        ValueError: if `num_tokens` is not a positive int.

    Example:

    ```python
    import keras
    from keras_vit.layers import RegisterTokens

    tokens = keras.random.normal((2, 5, 12))
    assert RegisterTokens(num_tokens=4)(tokens).shape == (2, 4 + 5, 12)
    ```
    """

    def __init__(
        self,
        num_tokens: int,
        initializer: str | keras.initializers.Initializer | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.num_tokens = integer(num_tokens, "num_tokens")
        if initializer is None:
            initializer = keras.initializers.RandomNormal(stddev=1e-6)
        self.initializer = keras.initializers.get(
            arguments.initializer(initializer, "initializer")
        )

    def build(self, input_shape):
        check_rank(self, input_shape, "(..., tokens, hidden_dim)")
        self.tokens = self.add_weight(
            shape=(self.num_tokens, input_shape[-1]),
            initializer=self.initializer,
            name="tokens",
        )

    def call(self, inputs):
        x = as_floats(inputs, self.compute_dtype)
        *batch, _, hidden_dim = ops.shape(x)
        tokens = ops.cast(self.tokens, x.dtype)
        tokens = ops.broadcast_to(tokens, (*batch, self.num_tokens, hidden_dim))
        return ops.concatenate([tokens, x], axis=-2)

    def compute_output_shape(self, input_shape):
        *batch, tokens, hidden_dim = input_shape
        tokens = None if tokens is None else tokens + self.num_tokens
        return (*batch, tokens, hidden_dim)

    def get_config(self):
        return {
            **super().get_config(),
            "num_tokens": self.num_tokens,
            "initializer": keras.initializers.serialize(self.initializer),
        }
