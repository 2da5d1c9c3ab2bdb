"""Pictures of what the arrays of `keras_vit.inspection` say; matplotlib when used.

Without `ax` a plot makes a figure and returns it: as the last value of a cell, a
notebook shows it. With `ax` it draws there and returns `ax`.
"""

from keras_vit.inspection.plots.blocks import (
    plot_attention_distance,
    plot_attention_entropy,
)
from keras_vit.inspection.plots.curves import plot_faithfulness
from keras_vit.inspection.plots.feature_colors import plot_feature_pca
from keras_vit.inspection.plots.filters import plot_patch_filters, plot_patches
from keras_vit.inspection.plots.heads import plot_attention_heads, plot_attention_maps
from keras_vit.inspection.plots.lens import plot_logit_lens
from keras_vit.inspection.plots.maps import (
    plot_attention_on_image,
    plot_attention_rollout,
    plot_class_attention,
    plot_occlusion,
)
from keras_vit.inspection.plots.norms import plot_token_norms
from keras_vit.inspection.plots.positions import (
    plot_position_similarity,
    plot_relative_position_bias,
)
from keras_vit.inspection.plots.predictions import plot_predictions
from keras_vit.inspection.plots.receptive import plot_receptive_field
from keras_vit.inspection.plots.reconstruction import plot_reconstruction
from keras_vit.inspection.plots.windows import plot_windows

__all__ = [
    "plot_attention_distance",
    "plot_attention_entropy",
    "plot_attention_heads",
    "plot_attention_maps",
    "plot_attention_on_image",
    "plot_attention_rollout",
    "plot_class_attention",
    "plot_faithfulness",
    "plot_feature_pca",
    "plot_logit_lens",
    "plot_occlusion",
    "plot_patch_filters",
    "plot_patches",
    "plot_position_similarity",
    "plot_predictions",
    "plot_receptive_field",
    "plot_reconstruction",
    "plot_relative_position_bias",
    "plot_token_norms",
    "plot_windows",
]
