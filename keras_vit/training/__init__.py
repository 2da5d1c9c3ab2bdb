"""What a training of these models needs beside Keras."""

from keras_vit.training.adamw import AdamW
from keras_vit.training.clean_metrics import CleanMetrics
from keras_vit.training.distilling import distiller
from keras_vit.training.ema import EMA
from keras_vit.training.finetune import finetune
from keras_vit.training.freezing import freeze, unfreeze
from keras_vit.training.layer_decay import learning_rate_scales
from keras_vit.training.lora import enable_lora
from keras_vit.training.lora_merging import merge_lora
from keras_vit.training.pretraining.masked_autoencoder import MaskedAutoencoder
from keras_vit.training.pretraining.masked_patches import MaskedPatchPrediction
from keras_vit.training.pretraining.reconstruction import Reconstruction, reconstruct
from keras_vit.training.pretraining.simmim import SimMIM
from keras_vit.training.recipes.row import Recipe
from keras_vit.training.recipes.table import list_recipes, recipe
from keras_vit.training.resize import resize
from keras_vit.training.resuming.resume import Resume
from keras_vit.training.warmup_cosine import WarmupCosine
from keras_vit.training.warmup_multistep import WarmupMultistep
from keras_vit.training.warmup_stable_decay import WarmupStableDecay

__all__ = [
    "EMA",
    "AdamW",
    "CleanMetrics",
    "MaskedAutoencoder",
    "MaskedPatchPrediction",
    "Recipe",
    "Reconstruction",
    "Resume",
    "SimMIM",
    "WarmupCosine",
    "WarmupMultistep",
    "WarmupStableDecay",
    "distiller",
    "enable_lora",
    "finetune",
    "freeze",
    "learning_rate_scales",
    "list_recipes",
    "merge_lora",
    "recipe",
    "reconstruct",
    "resize",
    "unfreeze",
]
