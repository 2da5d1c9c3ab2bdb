"""Which layers within a layer are trained, to be written down and read again.

Keras writes `trainable` of a model's layers into its configuration, and nothing of the
layers within them; those it leaves to each layer's own configuration.
"""

import functools


def inner_layers(layer, path=""):
    """Yield (path, layer, the layer around it) of all within, the outer ones first."""
    for inner in layer._layers:
        name = f"{path}/{inner.name}" if path else inner.name
        yield name, inner, layer
        yield from inner_layers(inner, name)


def exceptions(layer) -> dict[str, bool]:
    """Read `trainable` of the layers within, where it is not that of the one around."""
    return {
        name: inner.trainable
        for name, inner, outer in inner_layers(layer)
        if inner.trainable != outer.trainable
    }


def apply_exceptions(layer, trainable: dict[str, bool]) -> None:
    """Set what `exceptions` has read from a layer like this one."""
    for name, inner, _ in inner_layers(layer):
        if name in trainable:
            inner.trainable = trainable[name]


def after_build(layer, action) -> None:
    """Let a layer's `build`, in which more layers are made, end with an action."""
    build = layer.build

    @functools.wraps(build)
    def build_and_act(*args, **kwargs):
        build(*args, **kwargs)
        action()

    layer.build = build_and_act
