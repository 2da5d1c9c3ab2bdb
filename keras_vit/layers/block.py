"""The block of both papers: attention, then an MLP, each around a residual stream.

    z' = z + Attention(LN(z))
    z  = z' + MLP(LN(z'))

Equations 2 and 3 of https://arxiv.org/abs/2010.11929, Figure 3(b) of
https://arxiv.org/abs/2103.14030. ViT and Swin differ only in the attention.
"""

import keras

from keras_vit.arguments import check_rank, integer, number, rate
from keras_vit.layers import stock
from keras_vit.layers.composite import CompositeLayer
from keras_vit.layers.drop_path import DropPath
from keras_vit.layers.layer_scale import LayerScale
from keras_vit.layers.mlp import MLP
from keras_vit.operations.precision import as_floats


class PreNormBlock(CompositeLayer):
    """Residual attention and residual MLP, each on a normalized input.

    A subclass names its `AXES` and sets `self.attention`, a layer that keeps its
    input's shape and takes `training` and `return_attention_scores`.
    """

    AXES: str  # of the input, for messages

    def __init__(
        self,
        num_heads: int,
        mlp_dim: int,
        dropout_rate: float,
        attention_dropout_rate: float,
        drop_path_rate: float,
        layer_scale_init: float | None,
        epsilon: float,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.num_heads = integer(num_heads, "num_heads")
        self.mlp_dim = integer(mlp_dim, "mlp_dim")
        self.dropout_rate = rate(dropout_rate, "dropout_rate")
        self.attention_dropout_rate = rate(
            attention_dropout_rate, "attention_dropout_rate"
        )
        self.drop_path_rate = rate(drop_path_rate, "drop_path_rate")
        self.layer_scale_init = (
            None
            if layer_scale_init is None
            else number(layer_scale_init, "layer_scale_init")
        )
        self.epsilon = number(epsilon, "epsilon", minimum=0)
        self.attention_norm = self._norm("attention_norm")
        self.attention_layer_scale = self._layer_scale("attention_layer_scale")
        self.attention_drop_path = self._drop_path("attention_drop_path")
        self.mlp_norm = self._norm("mlp_norm")
        self.mlp = MLP(mlp_dim, dropout_rate, dtype=self.dtype_policy, name="mlp")
        self.mlp_layer_scale = self._layer_scale("mlp_layer_scale")
        self.mlp_drop_path = self._drop_path("mlp_drop_path")

    def _norm(self, name):
        return keras.layers.LayerNormalization(
            epsilon=self.epsilon, dtype=self.dtype_policy, name=name
        )

    def _layer_scale(self, name):
        if self.layer_scale_init is None:
            return None
        return LayerScale(self.layer_scale_init, dtype=self.dtype_policy, name=name)

    def _drop_path(self, name):
        return DropPath(self.drop_path_rate, dtype=self.dtype_policy, name=name)

    def build(self, input_shape):
        check_rank(self, input_shape, self.AXES)
        for layer in (
            self.attention_norm,
            self.attention,
            self.attention_layer_scale,
            self.attention_drop_path,
            self.mlp_norm,
            self.mlp,
            self.mlp_layer_scale,
            self.mlp_drop_path,
        ):
            if layer is not None:
                layer.build(input_shape)

    def call(self, inputs, training=None, return_attention_scores=False):
        z = as_floats(inputs, self.compute_dtype)
        normalized = stock.normalize(self.attention_norm, z, training)
        attended = stock.call(
            self.attention,
            normalized,
            training=training,
            return_attention_scores=return_attention_scores,
        )
        if return_attention_scores:
            attended, scores = attended
        z = z + self._scaled_and_dropped("attention", attended, training)
        normalized = stock.normalize(self.mlp_norm, z, training)
        hidden = stock.call(self.mlp, normalized, training=training)
        z = z + self._scaled_and_dropped("mlp", hidden, training)
        return (z, scores) if return_attention_scores else z

    def _scaled_and_dropped(self, branch, x, training):
        """What neither paper's figure shows: layer scale and drop path of a branch."""
        layer_scale = getattr(self, f"{branch}_layer_scale")
        if layer_scale is not None:
            x = layer_scale(x)
        return stock.drop(getattr(self, f"{branch}_drop_path"), x, training)

    def get_config(self):
        return {
            **super().get_config(),
            "num_heads": self.num_heads,
            "mlp_dim": self.mlp_dim,
            "dropout_rate": self.dropout_rate,
            "attention_dropout_rate": self.attention_dropout_rate,
            "drop_path_rate": self.drop_path_rate,
            "layer_scale_init": self.layer_scale_init,
            "epsilon": self.epsilon,
        }
