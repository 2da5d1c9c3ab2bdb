"""AdamW in float32 for variables that are kept in half precision.

bfloat16 rounds Adam's 0.999 to 1, and all steps to 0 with it; float16 rounds the square
of a gradient below 2e-4 to 0, and steps to infinity (https://arxiv.org/abs/1412.6980).
"""

import keras
from keras import ops


def is_half(tensor) -> bool:
    """Whether a variable or tensor has two bytes a number."""
    return keras.backend.standardize_dtype(tensor.dtype) in ("bfloat16", "float16")


class AdamWInFloat32(keras.optimizers.AdamW):
    """Keras's AdamW, but for half precision it keeps and computes all in float32.

    A variable is read, decayed and stepped in float32 and rounded once. Variables of
    other types are Keras's.
    """

    def add_variable_from_reference(
        self, reference_variable, name=None, initializer="zeros"
    ):
        """Moments, sums of gradients and averages: one number for each of a variable's.

        As Keras's, whose dtype is the variable's.
        """
        if not is_half(reference_variable):
            return super().add_variable_from_reference(
                reference_variable, name, initializer
            )
        path = getattr(reference_variable, "path", reference_variable.name)
        return self.add_variable(
            reference_variable.shape,
            initializer,
            dtype="float32",
            layout=getattr(reference_variable, "_layout", None),
            name=f"{path.replace('/', '_').replace(':', '_')}_{name or 'var'}",
        )

    def apply(self, grads, trainable_variables=None):
        """A step by gradients that are clipped and summed up in float32 as well."""
        grads = [
            g if g is None or not is_half(g) else ops.cast(g, "float32") for g in grads
        ]
        super().apply(grads, trainable_variables)

    def _apply_weight_decay(self, variables):
        """Of the others: `update_step` decays those of half precision."""
        variables = [v for v in variables if not is_half(v)]
        if variables:
            super()._apply_weight_decay(variables)

    def update_step(self, gradient, variable, learning_rate):
        if not is_half(variable):
            return super().update_step(gradient, variable, learning_rate)
        index = self._get_variable_index(variable)
        mean, square = self._momentums[index], self._velocities[index]
        rate, step = (
            ops.cast(x, "float32") for x in (learning_rate, self.iterations + 1)
        )
        value = ops.cast(variable, "float32")
        if self._use_weight_decay(variable):
            value = value * (1 - self.weight_decay * rate)
        # TensorFlow's is of some rows of an embedding, and of a row more than once.
        gradient = ops.add(gradient, ops.zeros_like(value))
        self.assign_add(mean, (gradient - mean) * (1 - self.beta_1))
        self.assign_add(square, (ops.square(gradient) - square) * (1 - self.beta_2))
        if self.amsgrad:
            highest = self._velocity_hats[index]
            self.assign(highest, ops.maximum(highest, square))
            square = highest
        # Both means start from zero; here they are freed of it (Adam's section 2).
        rate = rate * ops.sqrt(1 - self.beta_2**step) / (1 - self.beta_1**step)
        self.assign(variable, value - rate * mean / (ops.sqrt(square) + self.epsilon))

    def _update_model_variables_moving_average(self, trainable_variables):
        """Keras's formula, in the average's type in place of the variable's."""
        if not self.use_ema:
            return
        for variable, average in self._averages(trainable_variables):
            started = ops.cast(ops.not_equal(self.iterations, 0), average.dtype)
            kept = started * self.ema_momentum
            new = ops.cast(variable, average.dtype)
            average.assign(kept * average + (1 - kept) * new)

    def _overwrite_model_variables_with_average_value(self, trainable_variables):
        if not any(is_half(v) for v in trainable_variables):
            return super()._overwrite_model_variables_with_average_value(
                trainable_variables
            )
        for variable, average in self._averages(trainable_variables):
            self.assign(variable, average)

    def _averages(self, variables):
        pairs = zip(variables, self._model_variables_moving_average, strict=True)
        return [(variable, mean) for variable, mean in pairs if mean is not None]
