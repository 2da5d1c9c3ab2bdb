"""Small models with random weights everywhere: a head of zeros would hide all else."""

import numpy as np

import keras_vit

CLASSES = 7
NAMES = [f"class {i}" for i in range(CLASSES - 1)] + ["größer"]


def randomized(model, seed=0):
    random = np.random.default_rng(seed)
    for variable in model.trainable_variables:
        variable.assign(random.normal(0, 0.1, variable.shape))
    return model


def vit(**arguments):
    small = {"hidden_dim": 15, "num_layers": 1, "num_heads": 3, "mlp_dim": 22}
    small |= {"patch_size": 8, "input_shape": (16, 24, 3), "classes": CLASSES}
    return randomized(keras_vit.VisionTransformer(**(small | arguments)))


def swin(**arguments):
    small = {"hidden_dim": 6, "depths": (2, 1), "num_heads": (1, 3), "window_size": 3}
    small |= {"input_shape": (28, 36, 3), "classes": CLASSES}
    return randomized(keras_vit.SwinTransformer(**(small | arguments)))
