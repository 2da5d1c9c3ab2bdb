"""A small convolutional network, which knows of neighbors what a ViT has to learn."""

import keras
import numpy as np

WIDTHS = (32, 64, 128, 256)


def build(image_size: int, classes: int) -> keras.Model:
    """Four convolutions of stride 2, the mean over places, logits."""
    inputs = x = keras.Input((image_size, image_size, 3))
    for width in WIDTHS:
        x = keras.layers.Conv2D(width, 3, strides=2, padding="same", use_bias=False)(x)
        x = keras.layers.BatchNormalization(momentum=0.9)(x)
        x = keras.layers.Activation("relu")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(classes)(x))


def multiply_adds(model: keras.Model) -> int:
    """Of one image in the convolutions."""
    return sum(
        int(np.prod(layer.output.shape[1:3]) * np.prod(layer.kernel.shape))
        for layer in model.layers
        if isinstance(layer, keras.layers.Conv2D)
    )
