"""Layer normalization between the layers of a model.

https://arxiv.org/abs/1607.06450
"""

import keras

from keras_vit import operations


@keras.saving.register_keras_serializable(package="keras_vit")
class TokenNormalization(keras.layers.LayerNormalization):
    """Keras's own along the last axis, computed as within this package's layers.

    There a plain `keras.layers.LayerNormalization` takes part in the operations of the
    layer around it. A model's has no layer around it.
    """

    def call(self, inputs, training=None):
        return operations.layer_normalization(
            inputs, self.gamma.value, self.beta.value, self.epsilon, training=training
        )

    def rematerialized_call(self, layer_call, *args, **kwargs):
        """As it is: under a `keras.RematScope` there is nothing more to save."""
        return layer_call
