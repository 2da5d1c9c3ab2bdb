"""Small models that learn from images without labels, one of each kind."""

import numpy as np

from keras_vit.training import MaskedAutoencoder, MaskedPatchPrediction, SimMIM
from tests.models.small import small_swin, small_vit

DECODER = {
    "decoder_hidden_dim": 8,
    "decoder_num_layers": 1,
    "decoder_num_heads": 2,
}


def vit(**arguments):
    """A ViT on 9x10 images of 3 channels: a grid of 3x5 patches."""
    return small_vit(**{"input_shape": (9, 10, 3), "num_layers": 1, **arguments})


def swin(**arguments):
    """A Swin on 16x24 images: a grid of 8x12 patches, a last map of 4x6 places."""
    sizes = {"input_shape": (16, 24, 3), "depths": (1, 1)}
    return small_swin(**{**sizes, **arguments})


def patches(encoder=None, **arguments):
    return MaskedPatchPrediction(encoder or vit(), seed=5, **arguments)


def autoencoder(encoder=None, **arguments):
    encoder = encoder or vit(position_embedding="sincos_2d")
    return MaskedAutoencoder(encoder, seed=5, **{**DECODER, **arguments})


def simmim_vit(encoder=None, **arguments):
    return SimMIM(encoder or vit(), seed=5, **{"block_size": (3, 2), **arguments})


def simmim_swin(encoder=None, **arguments):
    return SimMIM(encoder or swin(), seed=5, **{"block_size": (4, 8), **arguments})


KINDS = {
    "patches": patches,
    "autoencoder": autoencoder,
    "simmim_vit": simmim_vit,
    "simmim_swin": simmim_swin,
}


def images(model, count=4, seed=0):
    """Smooth images in [-1, 1], of which hidden patches can be guessed."""
    height, width, channels = model.parts.image_shape
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] / max(height, width)
    slopes = rng.uniform(-1, 1, (2, count, 1, 1, channels))
    waves = slopes[0] * y[..., None] + slopes[1] * x[..., None]
    return np.clip(waves + rng.uniform(-0.5, 0.5, (count, 1, 1, 1)), -1, 1).astype(
        "float32"
    )
