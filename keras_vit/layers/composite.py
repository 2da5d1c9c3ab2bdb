"""A layer of layers: what it is made of is frozen, stored and recomputed with it."""

import keras
from keras import ops

from keras_vit import operations
from keras_vit.layers.freezing import after_build, apply_exceptions, exceptions
from keras_vit.layers.inner_policies import apply_policies, own_policies
from keras_vit.operations.precision import as_floats


class CompositeLayer(keras.layers.Layer):
    """A layer of layers that a `keras.RematScope` recomputes as a whole.

    Keras's own way wraps `call` as it is, which is not enough here: TensorFlow refuses
    keyword arguments there, JAX turns `training` into a tracer, and dropout would draw
    other masks the second time. Here `call` becomes a function of tensors alone, which
    gives back what changed within: losses, seeds and other state.

    Layers within are frozen with the layer, whenever they are made. Those that are
    frozen alone, or quantized, stay so in a file and in a clone.

    Args:
        inner_trainable: dict, `trainable` of the layers within that differ in it from
            the one around them, by their names joined with slashes.
        inner_policies: dict, the same for their `dtype_policy`.
        **kwargs: of `keras.layers.Layer`.
    """

    def __init__(self, *, inner_trainable=None, inner_policies=None, **kwargs):
        super().__init__(**kwargs)
        self._inner_trainable = dict(inner_trainable or {})
        self._inner_policies = dict(inner_policies or {})
        after_build(self, self._freeze_inner)

    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        if isinstance(value, keras.layers.Layer):
            if not self.trainable:
                value.trainable = False
            if self._recomputes_inner():
                value._remat_mode = None
            apply_policies(value, self._inner_policies)

    def _freeze_inner(self):
        apply_exceptions(self, self._inner_trainable)

    def get_config(self):
        trainable = self._inner_trainable if not self.built else {}
        trainable = trainable | exceptions(self)
        policies = self._inner_policies | own_policies(self)
        config = super().get_config()
        if trainable:
            config["inner_trainable"] = trainable
        if policies:
            config["inner_policies"] = policies
        return config

    def _recomputes_inner(self) -> bool:
        """Whether what is within is recomputed with the layer, or not at all."""
        remat = getattr(self, "_remat_mode", None)
        if remat is None or remat.mode in (None, "full", "larger_than"):
            return True
        return remat.mode == "list_of_layers" and self.name in remat.layer_names

    def __call__(self, *args, **kwargs):
        remat = getattr(self, "_remat_mode", None)
        # Without one, quantized layers within would warn of the scope at each call.
        if remat is None or not self._recomputes_inner():
            return super().__call__(*args, **kwargs)
        with recomputed_with_the_rest():  # what `call` makes, such as a `keras.ops.pad`
            return super().__call__(*args, **kwargs)

    def rematerialized_call(self, layer_call, *args, **kwargs):
        wrapped = super().rematerialized_call(layer_call, *args, **kwargs)
        return layer_call if wrapped is layer_call else self._recomputed

    def _recomputed(self, inputs, *args, **kwargs):
        training = kwargs.get("training", True)
        if not training:
            return self.call(inputs, *args, **kwargs)
        trainable = self.trainable_variables
        others = [*self.non_trainable_variables, *self.metrics_variables]
        # Copies: TensorFlow and PyTorch change a variable's value in place.
        state = [(variable, variable.value * 1) for variable in others]
        changed: list[keras.Variable] = []

        def pure(x, *weights):
            with keras.StatelessScope(collect_losses=True) as scope:
                # Not as arguments of the scope, which widens what is given in half
                # precision: by the second time Keras no longer narrows what is read.
                for known in (*zip(trainable, weights, strict=True), *state):
                    scope.add_update(known)
                outputs = self.call(x, *args, **kwargs)
            values = [scope.get_current_value(variable) for variable in others]
            new = [n for n, (_, old) in enumerate(state) if values[n] is not old]
            changed[:] = [others[n] for n in new]
            return outputs, [values[n] for n in new], scope.losses

        x = as_floats(inputs, self.compute_dtype)  # ints have no gradient
        recomputed = operations.recomputed(pure, training)
        outputs, values, losses = recomputed(x, *(v.value for v in trainable))
        for variable, value in zip(changed, values, strict=True):
            variable.assign(ops.stop_gradient(value))
        for loss in losses:
            self.add_loss(loss)
        return outputs


def recomputed_with_the_rest() -> keras.RematScope:
    """A scope for layers that a `keras.RematScope` around them is not meant for."""
    return keras.RematScope(mode=None)
