"""Half the resolution, twice the channels (https://arxiv.org/abs/2103.14030, 3.1).

H height, W width, C channels.
"""

import keras
from keras import ops

from keras_vit.arguments import check_rank, number
from keras_vit.layers import stock
from keras_vit.layers.composite import CompositeLayer
from keras_vit.operations.precision import as_floats
from keras_vit.windows import pad_map


@keras.saving.register_keras_serializable(package="keras_vit")
class PatchMerging(CompositeLayer):
    """Join each 2x2 neighbours, normalize, and project 4C channels to 2C.

    "Patch Merging" in Figure 3(a) of the [Swin Transformer](
    https://arxiv.org/abs/2103.14030). The neighbours are joined in the order of the
    published code, (row, column) offsets (0,0), (1,0), (0,1), (1,1): published weights
    depend on it. An odd side is padded with zeros at its end.

    Args:
        epsilon: float, of the layer normalization.
        **kwargs: of `keras.layers.Layer`, such as `name` and `dtype`.

    Call arguments:
        inputs: feature maps `(..., H, W, C)`.

    Input shape:
        `(..., H, W, C)`, C known; any number of batch axes.

    Output shape:
        `(..., H/2, W/2, 2C)`, rounded up.

    Raises:
        ValueError: if C is unknown.

    Example:

    ```python
    import keras
    from keras_vit.layers import PatchMerging

    feature_map = keras.random.normal((2, 6, 7, 5))
    assert PatchMerging()(feature_map).shape == (2, 3, 4, 10)
    ```
    """

    def __init__(self, epsilon: float = 1e-5, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = number(epsilon, "epsilon", minimum=0)
        self.norm = keras.layers.LayerNormalization(
            epsilon=self.epsilon, dtype=self.dtype_policy, name="norm"
        )

    def build(self, input_shape):
        check_rank(self, input_shape, "(..., height, width, channels)")
        channels = input_shape[-1]
        self.reduction = stock.new_dense(
            2 * channels, use_bias=False, dtype=self.dtype_policy, name="reduction"
        )
        self.norm.build((None, None, None, 4 * channels))
        self.reduction.build((None, None, None, 4 * channels))

    def call(self, inputs, training=None):
        x = as_floats(inputs, self.compute_dtype)
        *batch, height, width, channels = ops.shape(x)
        rows, columns = (height + 1) // 2, (width + 1) // 2
        x = pad_map(x, 2 * rows - height, 2 * columns - width)
        # One transpose: four strided slices take TensorFlow over ten times as long.
        x = ops.reshape(x, (-1, 2, columns, 2, channels))  # (B·H/2, 2, W/2, 2, C)
        x = ops.transpose(x, (0, 2, 3, 1, 4))  # a neighbour's column before its row
        x = ops.reshape(x, (*batch, rows, columns, 4 * channels))
        x = stock.normalize(self.norm, x, training)
        return stock.dense(self.reduction, x, training)

    def compute_output_shape(self, input_shape):
        *batch, height, width, channels = input_shape
        height, width = (side and (side + 1) // 2 for side in (height, width))
        return (*batch, height, width, 2 * channels)

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}
