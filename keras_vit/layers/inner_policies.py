"""Types of layers within a layer, to be written down and read again.

Keras writes the `dtype_policy` of a model's layers into its configuration, and nothing
of the layers within them, which `model.quantize` changes.
"""

import keras

from keras_vit.layers.freezing import inner_layers


def own_policies(layer) -> dict[str, dict]:
    """Read the policies of the layers within that are quantized, by their names."""
    return {
        name: keras.saving.serialize_keras_object(inner.dtype_policy)
        for name, inner, _ in inner_layers(layer)
        if inner.quantization_mode is not None
    }


def apply_policies(layer, policies: dict[str, dict]) -> None:
    """Give a layer that is new, and those within, what `own_policies` has read.

    Args:
        layer: not built. What it makes later takes after it.
        policies: of the layer around it.
    """
    here = {}
    for name, policy in policies.items():
        first, _, rest = name.partition("/")
        if first == layer.name and rest:
            here[rest] = policy
        elif first == layer.name:
            layer.dtype_policy = keras.saving.deserialize_keras_object(policy)
    if here:
        layer._inner_policies = here
        for inner in layer._layers:
            apply_policies(inner, here)
