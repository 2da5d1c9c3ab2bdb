"""The loss of a recipe, for the head that a model has."""

from typing import TYPE_CHECKING, Any

import keras

from keras_vit.training.finetune_loss import last_layer

if TYPE_CHECKING:
    from keras_vit.training.recipes.row import Recipe


def compiled(row: "Recipe", model: keras.Model) -> dict[str, Any]:
    """Loss and metrics, as `model.compile` takes them."""
    if row.loss == "masked":
        return {}
    kind = "softmax" if row.loss == "softmax" else "sigmoid"
    from_logits = _gives_logits(model, kind, row.name)
    settings: dict[str, Any] = {
        "metrics": [keras.metrics.CategoricalAccuracy("accuracy")]
    }
    if kind == "softmax":
        loss = keras.losses.CategoricalCrossentropy(
            from_logits=from_logits, label_smoothing=row.label_smoothing or 0.0
        )
        return {"loss": loss, **settings}
    loss = keras.losses.BinaryCrossentropy(from_logits=from_logits)
    if row.loss == "summed_sigmoid":  # Keras takes the mean over the classes
        settings["loss_weights"] = [float(model.output_shape[-1])]
    return {"loss": loss, **settings}


def _gives_logits(model: keras.Model, kind: str, name: str) -> bool:
    activation = getattr(last_layer(model), "activation", None)
    activation_name = getattr(activation, "__name__", "linear")
    if activation_name not in ("linear", kind):
        raise ValueError(
            f"The loss of '{name}' is for a head with a {kind} or none. Received: a "
            f"model whose head has '{activation_name}'. Build it with "
            f"`classifier_activation={kind!r}`."
        )
    return activation_name == "linear"
