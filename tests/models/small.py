"""Models small enough for tests, with sides and widths that cannot be confused."""

import keras_vit


def small_vit(**arguments):
    """A ViT on 9x10 images: a grid of 3x5 patches."""
    sizes = {
        "input_shape": (9, 10, 5),
        "patch_size": (3, 2),
        "hidden_dim": 12,
        "num_layers": 2,
        "num_heads": 3,
        "mlp_dim": 13,
        "classes": 7,
    }
    return keras_vit.VisionTransformer(**{**sizes, **arguments})


def small_swin(**arguments):
    """A Swin on 13x20 images: maps of 7x10 and 4x5, windows of 3x4."""
    sizes = {
        "input_shape": (13, 20, 5),
        "patch_size": 2,
        "hidden_dim": 6,
        "depths": (2, 2),
        "num_heads": (1, 3),
        "window_size": (3, 4),
        "classes": 7,
    }
    return keras_vit.SwinTransformer(**{**sizes, **arguments})


SMALL = {"vit": small_vit, "swin": small_swin}
SHAPES = {"vit": (9, 10, 5), "swin": (13, 20, 5)}
