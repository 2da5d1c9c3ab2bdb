"""Call a model's layers once more, some of them otherwise.

Keras's own `keras.Model(model.input, block(x, return_attention_scores=True)[1])` cannot
be: it finds a layer's outputs by those of its first call. Here the whole graph is
called again by `keras.models.clone_model`, with the same layers and weights, from the
model that holds the blocks out to the one that was given.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import keras

from keras_vit.inspection.found import Found

# Takes what the layer is called with; gives what flows on, and what is to be seen.
Hook = Callable[..., tuple[Any, Sequence]]


class Rebuilt(NamedTuple):
    """The symbolic tensors of a model that was called again.

    Attributes:
        inputs: the images, then the other inputs.
        outputs: those of the model.
        seen: what the hooks gave, in the order in which the layers are called.
    """

    inputs: list
    outputs: list
    seen: list


def rebuild(
    found: Found,
    hooks: Mapping[Any, Hook],
    others: Sequence[keras.KerasTensor] = (),
    image_shape: Sequence[int] | None = None,
    with_outputs: bool = True,
) -> Rebuilt:
    """Call a model's layers again, with hooks in place of some.

    Args:
        found: what `find` gave.
        hooks: for a layer (of any model on the way), a function of what it is called
            with that gives what flows on, and a list of tensors to be seen.
        others: results of `keras.Input` that hooks of the host's layers use.
        image_shape: of the images without the batch axis, if the model was built for
            images of any size.
        with_outputs: whether the model's outputs are wanted and should be as the hooks
            make them. If not, nothing that only they need is computed.

    Returns:
        Inputs, outputs and what was seen, of which a `keras.Model` can be made.
    """
    *outer, host = found.path
    rebuilt = _again(host, hooks, others, image_shape)
    for model in reversed(outer):
        inner, others = rebuilt, [_input_like(other) for other in others]
        hooks = {**hooks, host: _as_hook(inner, host, others, with_outputs)}
        rebuilt, host = _again(model, hooks, others, image_shape), model
    return rebuilt


def _again(model, hooks, others, image_shape) -> Rebuilt:
    seen: list = []
    met = []

    def call(layer, *args, **kwargs):
        if layer not in hooks:
            return layer(*args, **kwargs)
        if layer in met:
            raise ValueError(
                f"'{model.name}' calls '{layer.name}' more than once, and it is not "
                "clear which call is meant. Give the ViT or Swin itself."
            )
        met.append(layer)
        flows, given = hooks[layer](*args, **kwargs)
        seen.extend(given)
        return flows

    for tensor in others:  # Keras 3.11 takes no input that leads nowhere
        keras.layers.Identity()(tensor)
    # Not the model itself: its clone would be compiled, with an optimizer's memory.
    graph = keras.Model([*model.inputs, *others], model.outputs)
    inputs = [_input_like(model.inputs[0], image_shape), *others]
    clone = keras.models.clone_model(
        graph, inputs, clone_function=lambda layer: layer, call_function=call
    )
    return Rebuilt(inputs, list(clone.outputs), seen)


def _input_like(tensor, shape=None):
    """An input of a tensor's shape, with any batch; unknown sides as `shape` has."""
    known = tensor.shape[1:] if shape is None else shape
    sides = (
        given if side is None else side
        for side, given in zip(tensor.shape[1:], known, strict=True)
    )
    return keras.Input(tuple(sides), dtype=tensor.dtype, name=tensor.name)


def _as_hook(inner: Rebuilt, model, others, with_outputs: bool) -> Hook:
    """A model that was rebuilt, in place of itself in the model around it."""
    count = len(inner.outputs) if with_outputs else 0
    again = keras.Model(
        inner.inputs if others else inner.inputs[0],
        [*inner.outputs[:count], *inner.seen],
        name=model.name,
    )

    def hook(images, **kwargs):
        results = again([images, *others] if others else images, **kwargs)
        results = results if isinstance(results, list | tuple) else [results]
        if not with_outputs:
            return model(images, **kwargs), results
        return results[0] if count == 1 else results[:count], results[count:]

    return hook
