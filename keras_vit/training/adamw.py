"""AdamW as Vision Transformers are trained with (https://arxiv.org/abs/1711.05101)."""

from collections.abc import Callable
from typing import Any

import keras

from keras_vit.arguments import is_number, number
from keras_vit.training.half_precision import AdamWInFloat32, is_half

if keras.backend.backend() == "torch":
    from keras_vit.training import adam_on_pytorch
elif keras.backend.backend() == "tensorflow":
    from keras_vit.training import adam_on_tensorflow

# What is not a kernel in the layers of this package and of Keras. Keras looks for these
# in a variable's name, but on TensorFlow in "its/path/and/name:0".
NAMES = ("bias", "gamma", "beta", "tokens", "embedding", "table")
NOT_DECAYED = tuple(rf"{name}(:\d+)?$" for name in NAMES)


@keras.saving.register_keras_serializable(package="keras_vit")
class AdamW(AdamWInFloat32):
    """Keras's AdamW with weight decay on kernels alone, in one pass over memory.

    [Decoupled Weight Decay Regularization](https://arxiv.org/abs/1711.05101). Biases,
    normalizations, layer scales, class and register tokens, position embeddings and
    relative position tables are not decayed, as in the training of DeiT and Swin;
    Keras's own decays every variable. `exclude_from_weight_decay` replaces this choice.

    Variables of half precision, as of a model with `dtype="bfloat16"`, are stepped in
    float32, and so are what is kept of their gradients and their averages; in Keras's
    own optimizers 0.999 becomes 1 there, and all but the head stays as it was.

    On PyTorch and on TensorFlow one kernel steps a variable in place; on JAX XLA makes
    one of Keras's formula. On PyTorch it takes 22 ms for ViT-S/16 on two cores, where
    Keras's own takes 120 and holds up to three more copies of all variables; a
    variable's `grad` is None after the step.

    Args:
        learning_rate: float, a `keras.optimizers.schedules.LearningRateSchedule`, or a
            function without arguments.
        weight_decay: float, what part of a kernel is lost in a step, times the
            learning rate.
        **kwargs: of `keras.optimizers.AdamW`, such as `beta_2`, `global_clipnorm` and
            `use_ema`.

    Raises:
        ValueError: if `learning_rate` or `weight_decay` is not as described; a decay
            of 0 is none.

    Example:

    ```python
    import keras_vit

    model = keras_vit.ViTTi16(input_shape=(32, 32, 3), classes=5)
    optimizer = keras_vit.training.AdamW(1e-3, weight_decay=0.05)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    ```
    """

    def __init__(
        self,
        learning_rate: float
        | keras.optimizers.schedules.LearningRateSchedule
        | Callable[[], Any] = 0.001,
        weight_decay: float = 0.05,
        **kwargs,
    ):
        if is_number(learning_rate):  # Keras takes no ints, and none of NumPy's
            learning_rate = number(learning_rate, "learning_rate", minimum=0)
        weight_decay = number(weight_decay, "weight_decay", minimum=0)
        super().__init__(learning_rate, weight_decay, **kwargs)
        self.exclude_from_weight_decay(var_names=NOT_DECAYED)

    def apply(self, grads, trainable_variables=None):
        """A step, after which PyTorch's variables let go of their gradients.

        Keras keeps them until the next forward pass is over, when most memory is taken:
        with them Swin-T's step takes a tenth more, ViT-B/16's up to a fifth.
        """
        if trainable_variables is not None:
            trainable_variables = list(trainable_variables)
        super().apply(grads, trainable_variables)
        if keras.backend.backend() == "torch" and len(grads) > 0:
            variables = trainable_variables or self._trainable_variables
            adam_on_pytorch.let_go(grads, [v.value for v in variables])

    def _backend_update_step(self, grads, trainable_variables, learning_rate):
        """The step of all variables, where PyTorch has a kernel for many."""
        if keras.backend.backend() != "torch":
            return super()._backend_update_step(
                grads, trainable_variables, learning_rate
            )
        pairs = list(zip(grads, trainable_variables, strict=True))
        for gradient, variable in pairs:
            if is_half(variable):
                self.update_step(gradient, variable, learning_rate)
        others = [(g, v) for g, v in pairs if not is_half(v)]
        if others:
            self._fused_step(others, learning_rate)

    def _fused_step(self, pairs, learning_rate):
        grads, variables = zip(*pairs, strict=True)
        indices = [self._get_variable_index(v) for v in variables]

        def kept(of_all):
            return [of_all[i].value for i in indices]

        adam_on_pytorch.fused_adam(
            [v.value for v in variables],
            grads,
            kept(self._momentums),
            kept(self._velocities),
            kept(self._velocity_hats) if self.amsgrad else [],
            learning_rate,
            int(self.iterations) + 1,
            (self.beta_1, self.beta_2),
            self.epsilon,
        )

    def update_step(self, gradient, variable, learning_rate):
        """The step of one variable, where TensorFlow has a kernel for it."""
        on_tensorflow = keras.backend.backend() == "tensorflow"
        if not on_tensorflow or self.amsgrad or is_half(variable):
            return super().update_step(gradient, variable, learning_rate)
        index = self._get_variable_index(variable)
        adam_on_tensorflow.fused_adam(
            variable,
            gradient,
            self._momentums[index].value,
            self._velocities[index].value,
            learning_rate,
            self.iterations + 1,
            (self.beta_1, self.beta_2),
            self.epsilon,
        )
