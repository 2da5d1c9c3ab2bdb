"""One vector from many tokens (https://arxiv.org/abs/2010.11929, appendix D.3).

N patch tokens, P prefix tokens (class token, registers), D hidden_dim.
"""

import keras
from keras import ops

from keras_vit.arguments import check_choice, check_rank, integer
from keras_vit.operations.precision import as_floats
from keras_vit.windows import are_known


@keras.saving.register_keras_serializable(package="keras_vit")
class TokenPooling(keras.layers.Layer):
    """Read the image's vector from its tokens.

    The class token (Equation 4 of [An Image is Worth 16x16 Words](
    https://arxiv.org/abs/2010.11929)), or the mean or maximum over the patches alone,
    which the paper's appendix D.3 compares with it.

    Args:
        pooling: `"token"` for the first token, `"avg"` or `"max"` over the patches.
        num_prefix_tokens: int, P, tokens before the patches.
        **kwargs: of `keras.layers.Layer`, such as `name` and `dtype`.

    Call arguments:
        inputs: tokens `(..., P + N, D)`.

    Input shape:
        `(..., P + N, D)`, any number of batch axes.

    Output shape:
        `(..., D)`.

    Raises:
        ValueError: for an unknown pooling, `"token"` where there is no prefix, or too
            few tokens.

    Example:

    ```python
    import keras
    from keras_vit.layers import TokenPooling

    tokens = keras.random.normal((2, 1 + 5, 12))
    assert TokenPooling("avg", num_prefix_tokens=1)(tokens).shape == (2, 12)
    ```
    """

    def __init__(self, pooling: str = "token", num_prefix_tokens: int = 1, **kwargs):
        check_choice("pooling", pooling, ("token", "avg", "max"))
        num_prefix_tokens = integer(num_prefix_tokens, "num_prefix_tokens", minimum=0)
        if pooling == "token" and num_prefix_tokens == 0:
            raise ValueError(
                "pooling='token' reads the class token, and there is none. Received: "
                "num_prefix_tokens=0. Use pooling='avg' or 'max', or add a ClassToken."
            )
        super().__init__(**kwargs)
        self.pooling = pooling
        self.num_prefix_tokens = num_prefix_tokens

    def build(self, input_shape):
        check_rank(self, input_shape, "(..., tokens, hidden_dim)")
        self._check_tokens(input_shape[-2])

    def _check_tokens(self, tokens):
        needed = 1 if self.pooling == "token" else self.num_prefix_tokens + 1
        if are_known(tokens) and tokens < needed:
            raise ValueError(
                f"pooling='{self.pooling}' with {self.num_prefix_tokens} prefix tokens "
                f"reads at least {needed} tokens. Received: {tokens} tokens. Give more "
                "tokens, or a smaller num_prefix_tokens."
            )

    def call(self, inputs):
        x = as_floats(inputs, self.compute_dtype)
        self._check_tokens(ops.shape(x)[-2])
        if self.pooling == "token":
            return x[..., 0, :]
        patches = x[..., self.num_prefix_tokens :, :]
        pool = ops.mean if self.pooling == "avg" else ops.max
        return pool(patches, axis=-2)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-2], input_shape[-1])

    def get_config(self):
        return {
            **super().get_config(),
            "pooling": self.pooling,
            "num_prefix_tokens": self.num_prefix_tokens,
        }
