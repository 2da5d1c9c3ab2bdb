"""Look inside a trained ViT or Swin: arrays from a model, plots from arrays.

Each function takes a model of this package (just built, loaded, fine-tuned, or nested
in a bigger functional model or Sequential) and images as that model takes them, and
gives NumPy arrays. For each there is a `plot_` that draws what it gives.
"""

from keras_vit.inspection import plots
from keras_vit.inspection.attention_maps import attention_maps, attention_on_image
from keras_vit.inspection.biases import relative_position_bias
from keras_vit.inspection.class_attention import class_attention
from keras_vit.inspection.faithful import Faithfulness, faithfulness
from keras_vit.inspection.feature_colors import FeaturePCA, feature_pca
from keras_vit.inspection.feature_extractor import feature_extractor
from keras_vit.inspection.filters import patch_filters
from keras_vit.inspection.knock_out import knock_out
from keras_vit.inspection.logit_lens import logit_lens
from keras_vit.inspection.occluding import occlusion
from keras_vit.inspection.page import Explorer, explorer
from keras_vit.inspection.plots import *  # noqa: F403
from keras_vit.inspection.positions import position_similarity
from keras_vit.inspection.receptive_fields import receptive_field
from keras_vit.inspection.rollout import attention_rollout
from keras_vit.inspection.statistics import attention_distance, attention_entropy
from keras_vit.inspection.token_norms import token_norms

__all__ = [
    "Explorer",
    "Faithfulness",
    "FeaturePCA",
    "attention_distance",
    "attention_entropy",
    "attention_maps",
    "attention_on_image",
    "attention_rollout",
    "class_attention",
    "explorer",
    "faithfulness",
    "feature_extractor",
    "feature_pca",
    "knock_out",
    "logit_lens",
    "occlusion",
    "patch_filters",
    "position_similarity",
    "receptive_field",
    "relative_position_bias",
    "token_norms",
]
__all__ += plots.__all__  # in words that type checkers read
