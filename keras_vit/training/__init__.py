"""What a training of these models needs beside Keras."""

from keras_vit.training.adamw import AdamW

__all__ = ["AdamW"]
