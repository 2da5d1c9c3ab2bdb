"""Gradient checkpointing of a layer as a whole, under `keras.RematScope`.

[Training Deep Nets with Sublinear Memory Cost](https://arxiv.org/abs/1604.06174):
keep a layer's input alone and compute its inside again for the backward pass.
"""

import keras
from keras import ops

from keras_vit.layers.freezing import after_build, apply_exceptions, exceptions
from keras_vit.layers.plain_layers import calls_its_call, is_idle
from keras_vit.layers.precision import as_floats
from keras_vit.layers.rematerialization import rematerialized


class CompositeLayer(keras.layers.Layer):
    """A layer of layers that a `keras.RematScope` recomputes as one piece.

    Keras's own way wraps `call` as it is, which is not enough here: TensorFlow refuses
    keyword arguments there, JAX turns `training` into a tracer, and dropout would draw
    other masks the second time. Here `call` becomes a function of tensors alone, and
    both passes see the same random seeds.

    What is made in `__init__` goes under `one_piece()`, so that it is not recomputed
    within what is recomputed; `build` and `call` run under it anyway.

    Layers within are frozen with the layer, whenever they are made, and those that are
    frozen alone stay so in a file and in a clone.

    Args:
        inner_trainable: dict, `trainable` of the layers within that differ in it from
            the one around them, by their names joined with slashes.
        **kwargs: of `keras.layers.Layer`.
    """

    def __init__(self, *, inner_trainable=None, **kwargs):
        super().__init__(**kwargs)
        self._inner_trainable = dict(inner_trainable or {})
        after_build(self, self._freeze_inner)

    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        if isinstance(value, keras.layers.Layer) and not self.trainable:
            value.trainable = False

    def _freeze_inner(self):
        apply_exceptions(self, self._inner_trainable)

    def get_config(self):
        trainable = self._inner_trainable if not self.built else {}
        trainable = trainable | exceptions(self)
        config = super().get_config()
        return config | {"inner_trainable": trainable} if trainable else config

    def __call__(self, *args, **kwargs):
        with one_piece():
            return super().__call__(*args, **kwargs)

    def rematerialized_call(self, layer_call, *args, **kwargs):
        wrapped = super().rematerialized_call(layer_call, *args, **kwargs)
        return layer_call if wrapped is layer_call else self._rematerialized

    def _rematerialized(self, inputs, *args, **kwargs):
        if not kwargs.get("training", True):
            return self.call(inputs, *args, **kwargs)
        trainable = self.trainable_variables
        seeds = [v for v in self.non_trainable_variables if _is_seed(v)]
        # Copies: TensorFlow and PyTorch change a variable's value in place.
        frozen = [
            (v, v.value * 1 if _is_seed(v) else v.value)
            for v in self.non_trainable_variables
        ]

        def pure(x, *weights):
            state = [*zip(trainable, weights, strict=True), *frozen]
            with keras.StatelessScope(state):
                return self.call(x, *args, **kwargs)

        x = as_floats(inputs, self.compute_dtype)  # ints have no gradient
        outputs = rematerialized(pure)(x, *(v.value for v in trainable))
        for seed in seeds:  # as if each had been drawn from: `pure` leaves no trace
            step = ops.convert_to_tensor([0, 1], dtype=seed.dtype)
            seed.assign(ops.add(seed, step))
        return outputs


def dropped(layer, x, training):
    """Call a dropout or drop path, but not where it would do nothing.

    A block has five of them, and a call that does nothing still takes eager PyTorch as
    long as a normalization of few tokens.
    """
    return x if is_idle(layer, training) else layer(x, training=training)


def call_inner(layer, x, **kwargs):
    """Call a layer of layers from within another's own `call`.

    There Keras has nothing left to find out: the outer layer was given tensors of their
    type and knows whether it trains. On PyTorch it looks at every step all the same,
    0.1 ms a call; on TensorFlow and JAX once.
    """
    is_ours = type(layer).__call__ is CompositeLayer.__call__
    call = layer.call if is_ours and calls_its_call(layer, x) else layer
    return call(x, **kwargs)


def _is_seed(variable) -> bool:
    return variable.name == "seed_generator_state"


def one_piece() -> keras.RematScope:
    """A scope for layers that are not recomputed by themselves."""
    return keras.RematScope(mode=None)
