"""A model whose low-rank matrices have become one with the large ones.

For export and quantization, which know nothing of them:
https://arxiv.org/abs/2106.09685, section 4.1.
"""

from typing import Any

import keras
import numpy as np

from keras_vit.layers.block import PreNormBlock
from keras_vit.layers.freezing import inner_layers
from keras_vit.training.freezing import set_trainable
from keras_vit.training.lora import adapted_layers


def merge_lora(model: keras.Model) -> keras.Model:
    """Make the same model without LoRA, whose kernels hold the sums.

    It predicts the same as fast as one that never had LoRA, for export and
    `quantize`. Names and dtype policies stay; blocks that had LoRA are frozen, as after
    `freeze(model)`. The first model stays as it is.

    Args:
        model: one with LoRA, by `enable_lora` or a layer's own.

    Returns:
        The new model, of the same class, to be compiled.

    Raises:
        ValueError: if the model has no LoRA.

    Example:

    ```python
    import keras_vit

    model = keras_vit.ViTTi16(input_shape=(32, 32, 3), classes=5)
    plain = model.count_params()
    keras_vit.training.enable_lora(model)  # then compile and fit
    assert model.count_params() > plain
    merged = keras_vit.training.merge_lora(model)
    assert merged.count_params() == plain
    ```
    """
    if not adapted_layers(model):
        raise ValueError(
            f"`merge_lora` is for a model with LoRA. Received: '{model.name}', which "
            "has none. A model that was saved and loaded has been merged by that."
        )
    merged = type(model).from_config(_without_lora(model.get_config()))
    pairs = zip(inner_layers(model), inner_layers(merged), strict=True)
    for (_, old, _), (_, new, _) in pairs:
        store: dict[str, Any] = {}
        old.save_own_variables(store)  # of an adapted layer the sums
        # Copies: JAX would share the arrays.
        arrays = {k: np.array(keras.ops.convert_to_numpy(v)) for k, v in store.items()}
        new.load_own_variables(arrays)
        if isinstance(old, PreNormBlock) and adapted_layers(old):
            set_trainable(new, False)
    return merged


def _without_lora(config: Any) -> Any:
    """A configuration, without what makes new layers of a model begin with LoRA."""
    if isinstance(config, dict):
        return {
            key: _without_lora(value)
            for key, value in config.items()
            if key not in ("lora_rank", "lora_alpha")
        }
    if isinstance(config, list | tuple):
        return type(config)(_without_lora(value) for value in config)
    return config
