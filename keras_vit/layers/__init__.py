"""The parts of ViT and Swin, each a Keras layer that works in any model."""

from keras_vit.layers.attention import MultiHeadSelfAttention
from keras_vit.layers.class_token import ClassToken
from keras_vit.layers.drop_path import DropPath
from keras_vit.layers.encoder_block import EncoderBlock
from keras_vit.layers.layer_scale import LayerScale
from keras_vit.layers.mlp import MLP
from keras_vit.layers.patch_embedding import PatchEmbedding
from keras_vit.layers.patch_merging import PatchMerging
from keras_vit.layers.position_embedding import PositionEmbedding
from keras_vit.layers.register_tokens import RegisterTokens
from keras_vit.layers.swin_block import SwinBlock
from keras_vit.layers.token_pooling import TokenPooling
from keras_vit.layers.window_attention import WindowAttention

__all__ = [
    "MLP",
    "ClassToken",
    "DropPath",
    "EncoderBlock",
    "LayerScale",
    "MultiHeadSelfAttention",
    "PatchEmbedding",
    "PatchMerging",
    "PositionEmbedding",
    "RegisterTokens",
    "SwinBlock",
    "TokenPooling",
    "WindowAttention",
]
