"""What an optimizer keeps of each weight, found out on a small one."""

from typing import Any

import keras
import numpy as np

from keras_vit.deployment.weight_bytes import bytes_of_a_number
from keras_vit.training.adamw import AdamW

PROBE = (5, 7)


def chosen(model: keras.Model, optimizer: Any) -> keras.optimizers.Optimizer:
    """The one that is named, or the model's, or AdamW."""
    if optimizer is None:
        optimizer = getattr(model, "optimizer", None) or AdamW()
    try:
        return keras.optimizers.get(optimizer)
    except (ValueError, TypeError) as error:
        raise ValueError(
            "`optimizer` should be a Keras optimizer or the name of one, as in 'sgd'. "
            f"Received: optimizer={optimizer!r}"
        ) from error


def bytes_of_a_weight(optimizer: keras.optimizers.Optimizer, dtype: str) -> float:
    """Bytes of state for each number of a weight of a dtype.

    Counted is state of the weight's own shape: of Adafactor's rows and columns nothing.
    """
    config = optimizer.get_config()
    config.pop("learning_rate_scales", None)  # names weights of another model
    copy = type(optimizer).from_config(config)
    copy.build([keras.Variable(np.zeros(PROBE), dtype=dtype, name="kernel")])
    state = [v for v in copy.variables if tuple(v.shape) == PROBE]
    return sum(bytes_of_a_number(v.dtype) for v in state)


def waits_for_all(optimizer: keras.optimizers.Optimizer) -> bool:
    """Whether no weight is stepped before all gradients are there."""
    scales = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    return scales or any(
        getattr(optimizer, name, None)
        for name in ("global_clipnorm", "gradient_accumulation_steps")
    )
