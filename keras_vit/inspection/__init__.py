"""Look inside a trained ViT or Swin: arrays from a model, plots from arrays.

Each function takes a model of this package (just built, loaded, fine-tuned, or nested
in a bigger functional model or Sequential) and images as that model takes them, and
gives NumPy arrays.
"""

from keras_vit.inspection.attention_maps import attention_maps, attention_on_image
from keras_vit.inspection.feature_extractor import feature_extractor
from keras_vit.inspection.rollout import attention_rollout
from keras_vit.inspection.statistics import attention_distance, attention_entropy
from keras_vit.inspection.token_norms import token_norms

__all__ = [
    "attention_distance",
    "attention_entropy",
    "attention_maps",
    "attention_on_image",
    "attention_rollout",
    "feature_extractor",
    "token_norms",
]
