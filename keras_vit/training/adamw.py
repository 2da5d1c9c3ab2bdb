"""AdamW as Vision Transformers are trained with (https://arxiv.org/abs/1711.05101)."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import ops

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
            function without arguments. A schedule is asked by steps of the optimizer,
            with `gradient_accumulation_steps` too, where Keras's own count batches.
        weight_decay: float, what part of a kernel is lost in a step, times the
            learning rate.
        learning_rate_scales: {path of a variable: scale}, as `learning_rate_scales`
            makes it, or None. A variable's whole step and its decay are multiplied by
            its scale; those that are not named have 1.
        **kwargs: of `keras.optimizers.AdamW`, such as `beta_2`, `global_clipnorm` and
            `use_ema`.

    Raises:
        ValueError: if `learning_rate` or `weight_decay` is not as described; a decay
            of 0 is none. At the first step, if no path is that of a variable.

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
        learning_rate_scales: Mapping[str, float] | None = None,
        **kwargs,
    ):
        if is_number(learning_rate):  # Keras takes no ints, and none of NumPy's
            learning_rate = number(learning_rate, "learning_rate", minimum=0)
        weight_decay = number(weight_decay, "weight_decay", minimum=0)
        scales = {
            path: number(scale, f"learning_rate_scales[{path!r}]", minimum=0)
            for path, scale in (learning_rate_scales or {}).items()
        }
        super().__init__(learning_rate, weight_decay, **kwargs)
        self.learning_rate_scales = scales
        self.exclude_from_weight_decay(var_names=NOT_DECAYED)

    def build(self, variables):
        """Make room for the moments, and look whether the scales have variables.

        Some may have none: of what was frozen since.
        """
        variables, named = list(variables), self.learning_rate_scales
        if named and not any(v.path in named for v in variables):
            raise ValueError(
                "`learning_rate_scales` should name variables that are trained, by "
                f"their `path`. Received: {sorted(named)[:3]} and so on. There are "
                f"{[v.path for v in variables][:3]} and so on."
            )
        super().build(variables)

    def get_config(self):
        """The arguments; the scales where there are some."""
        scales = dict(self.learning_rate_scales)
        config = super().get_config()
        return {**config, "learning_rate_scales": scales} if scales else config

    def _get_current_learning_rate(self):
        """By steps of the optimizer; Keras asks a schedule by batches.

        They differ where gradients are accumulated over several.
        """
        rate = self._learning_rate
        if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
            return rate(self.iterations)
        return super()._get_current_learning_rate()

    def _apply_weight_decay(self, variables):
        """Of the others: `update_step` decays what has a rate of its own."""
        variables = [v for v in variables if self._scale_of(v) is None]
        if variables:
            super()._apply_weight_decay(variables)

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
        groups: dict[float, list] = {}  # the kernel takes one rate
        for gradient, variable in pairs:
            if not is_half(variable):
                scale = self._scale_of(variable)
                if scale is not None:
                    self._decay(variable, learning_rate * scale)
                group = groups.setdefault(1.0 if scale is None else scale, [])
                group.append((gradient, variable))
        for scale, group in groups.items():
            self._fused_step(group, learning_rate * scale)

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
        scale = self._scale_of(variable)
        if scale is not None:
            learning_rate = learning_rate * scale
            if not is_half(variable):  # there the step itself decays
                self._decay(variable, learning_rate)
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

    def _decay(self, variable, learning_rate) -> None:
        """Keras's decay of one variable, at a rate of its own."""
        if self.weight_decay and self._use_weight_decay(variable):
            rate = ops.cast(learning_rate, variable.dtype)
            self.assign(variable, variable * (1 - self.weight_decay * rate))

    def _scale_of(self, variable) -> float | None:
        """By Keras's variable: TensorFlow's own, given here, has no path."""
        if not self.learning_rate_scales:
            return None
        index = self._get_variable_index(variable)
        return self.learning_rate_scales.get(self._trainable_variables[index].path)
