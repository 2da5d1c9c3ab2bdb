"""What a training of these models needs beside Keras."""

from keras_vit.training.adamw import AdamW
from keras_vit.training.layer_decay import learning_rate_scales

__all__ = ["AdamW", "learning_rate_scales"]
