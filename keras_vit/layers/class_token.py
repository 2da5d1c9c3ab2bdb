"""The token whose last state stands for the image (https://arxiv.org/abs/2010.11929).

N patch tokens, D hidden_dim.
"""

import keras

from keras_vit.layers.register_tokens import RegisterTokens


@keras.saving.register_keras_serializable(package="keras_vit")
class ClassToken(RegisterTokens):
    """Put one learned token before the sequence, to be read out at the end.

    `x_class` in Equation 1 of [An Image is Worth 16x16 Words](
    https://arxiv.org/abs/2010.11929), zero at first as in the paper's code.

    Args:
        **kwargs: of `keras.layers.Layer`, such as `name` and `dtype`.

    Call arguments:
        inputs: tokens `(..., N, D)`.

    Input shape:
        `(..., N, D)`, any number of batch axes.

    Output shape:
        `(..., 1 + N, D)`.

    Raises:
        ValueError: if the input has no token axis.

    Example:

    ```python
    import keras
    from keras_vit.layers import ClassToken

    patches = keras.random.normal((2, 5, 12))
    assert ClassToken()(patches).shape == (2, 1 + 5, 12)
    ```
    """

    def __init__(self, **kwargs):
        super().__init__(num_tokens=1, initializer="zeros", **kwargs)

    def get_config(self):
        config = super().get_config()
        del config["num_tokens"], config["initializer"]
        return config
