"""The initialisation of the ViT and Swin papers' code: truncated normal, 0.02."""

import keras


def truncated_normal() -> keras.initializers.Initializer:
    """A fresh initializer for each weight: an instance gives the same values twice."""
    return keras.initializers.TruncatedNormal(stddev=0.02)
