"""A learned scale on each channel of a branch (https://arxiv.org/abs/2103.17239)."""

import keras
from keras import ops

from keras_vit.arguments import check_rank, number
from keras_vit.operations.precision import as_floats


@keras.saving.register_keras_serializable(package="keras_vit")
class LayerScale(keras.layers.Layer):
    """Multiply each channel by a learned number that starts small.

    [Going deeper with Image Transformers](https://arxiv.org/abs/2103.17239), Equation
    4: a block begins close to the identity, so that deep models train.

    Args:
        initial_value: float, where all scales start (DINOv2: 1e-5).
        **kwargs: of `keras.layers.Layer`, such as `name` and `dtype`.

    Call arguments:
        inputs: `(..., D)`.

    Input shape:
        `(..., D)`, any number of axes before.

    Output shape:
        As the input.

    Raises:
        ValueError: if the input's last axis is unknown, or `initial_value` no number.

    Example:

    ```python
    import keras
    from keras_vit.layers import LayerScale

    scaled = LayerScale(0.5)(keras.ops.ones((2, 5, 12)))
    assert (keras.ops.convert_to_numpy(scaled) == 0.5).all()
    ```
    """

    def __init__(self, initial_value: float = 1e-5, **kwargs):
        super().__init__(**kwargs)
        self.initial_value = number(initial_value, "initial_value")

    def build(self, input_shape):
        check_rank(self, input_shape, "(..., hidden_dim)")
        self.gamma = self.add_weight(
            shape=(input_shape[-1],),
            initializer=keras.initializers.Constant(self.initial_value),
            name="gamma",
        )

    def call(self, inputs):
        x = as_floats(inputs, self.compute_dtype)
        return x * ops.cast(self.gamma, x.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "initial_value": self.initial_value}
