"""From images anywhere to batches for `fit`: tf.data in, batches out.

This is the only room of the package that needs TensorFlow. The batches go into
`model.fit` on every backend.
"""

import contextlib

import keras

try:
    import tensorflow as tf
except ImportError as error:
    raise ImportError(
        "keras_vit.data is built on tf.data and needs TensorFlow, which is not "
        'installed: pip install "keras-vit-swin[data]". Where a TPU or GPU should be '
        'left to another backend: pip install "keras-vit-swin[images]" tensorflow-cpu'
    ) from error

if keras.backend.backend() != "tensorflow":
    # TensorFlow only prepares data here. Left alone it would claim the whole memory of
    # the GPU that the backend needs; too late to say so once it has done that.
    with contextlib.suppress(RuntimeError):
        tf.config.set_visible_devices([], "GPU")

from keras_vit.data.augmentation import Augmentation
from keras_vit.data.batches import image_batches
from keras_vit.data.normalize import IMAGENET_MEAN, IMAGENET_STD
from keras_vit.data.resize import Resize
from keras_vit.data.sources import class_names

__all__ = [
    "IMAGENET_MEAN",
    "IMAGENET_STD",
    "Augmentation",
    "Resize",
    "class_names",
    "image_batches",
]
