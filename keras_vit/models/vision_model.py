"""The functional model that the builders return, with the dtype policy of its layers.

Mixed precision: https://arxiv.org/abs/1710.03740.
"""

import keras

from keras_vit.layers import PatchEmbedding


@keras.saving.register_keras_serializable(package="keras_vit")
class VisionModel(keras.Model):
    """A functional `keras.Model` that knows in which precision it calculates.

    Keras gives a functional model the global dtype policy, whatever its layers have,
    and `compile` then asks the model whether the loss is to be scaled, without which
    float16 loses small gradients. Here the policy is that of the patch embedding, as a
    model is cloned, and loaded from a file, with no more than inputs and outputs.

    Args:
        *args: the inputs and outputs of a functional `keras.Model`.
        **kwargs: `name` and `trainable`, as there.
    """

    # Every Keras from 3.11 on takes a class with these arguments for functional.
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for layer in self.layers:
            if isinstance(layer, PatchEmbedding):
                self.dtype_policy = layer.dtype_policy
