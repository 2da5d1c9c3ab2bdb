"""Stochastic depth (https://arxiv.org/abs/1603.09382)."""

import keras
from keras import ops

from keras_vit import arguments
from keras_vit.operations.precision import as_floats


@keras.saving.register_keras_serializable(package="keras_vit")
class DropPath(keras.layers.Layer):
    """Drop a residual branch, for some examples of the batch at a time.

    [Deep Networks with Stochastic Depth](https://arxiv.org/abs/1603.09382): in
    training each example loses the whole branch with probability `rate`; what is kept
    is scaled by `1 / (1 - rate)`, so that the mean stays.

    Args:
        rate: float, the probability of losing the branch, at least 0 and below 1.
        seed: int, for repeatable draws.
        **kwargs: of `keras.layers.Layer`, such as `name` and `dtype`.

    Call arguments:
        inputs: a branch `(B, ...)`, whose first axis counts the examples.
        training: bool, whether branches are dropped.

    Input shape:
        `(B, ...)`, any rank.

    Output shape:
        As the input.

    Raises:
        ValueError: if `rate` is not in [0, 1).

    Example:

    ```python
    import keras
    from keras_vit.layers import DropPath

    branch = keras.ops.ones((8, 5, 12))
    dropped = DropPath(0.5, seed=1)(branch, training=True)
    firsts = {round(float(example[0, 0])) for example in dropped}
    assert firsts <= {0, 2}  # lost, or kept and doubled
    ```
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.rate = arguments.rate(rate, "rate")
        self.seed = None if seed is None else arguments.integer(seed, "seed", minimum=0)
        if self.rate > 0:
            self.seed_generator = keras.random.SeedGenerator(self.seed)

    def call(self, inputs, training=None):
        x = as_floats(inputs, self.compute_dtype)
        if not training or self.rate == 0:
            return x
        keep = 1.0 - self.rate
        examples = (ops.shape(x)[0], *([1] * (len(x.shape) - 1)))
        draws = keras.random.uniform(
            examples, dtype="float32", seed=self.seed_generator
        )
        scale = ops.where(draws < keep, 1.0 / keep, 0.0)
        return x * ops.cast(scale, x.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
