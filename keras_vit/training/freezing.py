"""Which layers of a model are trained: a probe of the head, or the later blocks too.

How much of a trained network carries over, layer by layer:
https://arxiv.org/abs/1411.1792.
"""

import difflib
from collections.abc import Iterator

import keras

from keras_vit.layers.freezing import inner_layers
from keras_vit.training.layer_decay import is_of_the_head


def freeze(model: keras.Model, until: str | None = None) -> None:
    """Freeze all layers up to one and with it, or all but the head.

    `freeze(model)` leaves the classifier alone to be trained: a linear probe.
    `freeze(model, until="encoder_block_6")` leaves the blocks behind that one too.
    Layers behind stay as they are, frozen or not. What is frozen stays so in a
    `.keras` file. Compile the model afterwards: an optimizer that has begun keeps to
    the weights that it was given.

    Args:
        model: a ViT or Swin of this package, or a functional model or Sequential
            around one: what is no part of it counts as the head. With `until`, any
            such model.
        until: name of the last layer that is frozen, as in "patch_embedding",
            "encoder_block_6" or "stage_2_block_1"; None for all but the head.

    Raises:
        ValueError: if there is no layer of that name, or nothing is left to train.

    Example:

    ```python
    import keras_vit

    model = keras_vit.ViTTi16(input_shape=(32, 32, 3), classes=5)
    keras_vit.training.freeze(model)  # a linear probe
    assert [v.path for v in model.trainable_variables] == ["head/kernel", "head/bias"]

    keras_vit.training.unfreeze(model)
    keras_vit.training.freeze(model, until="encoder_block_6")
    assert model.get_layer("encoder_block_7").trainable
    ```
    """
    layers = list(layers_in_order(model))
    frozen = all_but_the_head(layers) if until is None else _up_to(layers, until)
    numbers = {id(v) for layer in frozen for v in layer.weights}
    if model.weights and all(id(v) in numbers for v in model.trainable_variables):
        what = (
            "It has no head, or a frozen one" if until is None else f"until={until!r}"
        )
        raise ValueError(
            f"Nothing would be left to train in '{model.name}'. {what}. Use "
            "`model.trainable = False` for a model that another one stands on, "
            "`unfreeze` first, or an earlier layer."
        )
    for layer in frozen:
        if not isinstance(layer, keras.Model):  # its layers are, each by itself
            set_trainable(layer, False)


def unfreeze(model: keras.Model) -> None:
    """Let all layers of a model be trained, those within layers too.

    Compile the model afterwards, as after `freeze`.

    Args:
        model: any Keras model.

    Example:

    ```python
    import keras_vit

    model = keras_vit.SwinT(input_shape=(32, 32, 3), classes=5)
    keras_vit.training.freeze(model, until="stage_2_block_1")
    keras_vit.training.unfreeze(model)
    assert not model.non_trainable_weights
    ```
    """
    set_trainable(model, True)


def set_trainable(layer, value: bool) -> None:
    """Of a layer and all within.

    On TensorFlow `layer.trainable = value` does nothing, for the layers within too,
    where the layer has that value already.
    """
    layer.trainable = value
    for _, inner, _ in inner_layers(layer):
        inner.trainable = value


def layers_in_order(model) -> Iterator[keras.layers.Layer]:
    """A model's layers from the image to the head; those of a model in it before it."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from layers_in_order(layer)
        yield layer


def all_but_the_head(layers) -> list:
    """Layers of a ViT or Swin, or of a model around one, without what is no part."""
    body = [
        layer
        for layer in layers
        if layer.weights and not any(is_of_the_head(v.path) for v in layer.weights)
    ]
    if not body:
        raise ValueError(
            "`model` should hold a ViT or a Swin of this package, to tell its head "
            f"from the rest. Received: layers {_some([x.name for x in layers])}. Name "
            "the last layer to freeze, as in freeze(model, until='dense_2')."
        )
    return body


def _up_to(layers, until) -> list:
    names = [layer.name for layer in layers]
    if until not in names:
        near = difflib.get_close_matches(str(until), names, n=5, cutoff=0.5)
        raise ValueError(
            f"`until` should name a layer of the model. Received: until={until!r}. "
            + (f"Near it are {_some(near)}." if near else f"There are {_some(names)}.")
        )
    return layers[: names.index(until) + 1]


def _some(names) -> str:
    more = " and so on" if len(names) > 5 else ""
    return ", ".join(map(repr, names[:5])) + more
