"""MixUp and CutMix, which blend the images and the one-hot labels of one batch."""

from collections.abc import Callable

import keras
import tensorflow as tf

from keras_vit.data.augmentation import Augmentation
from keras_vit.data.draws import FLOAT_IMAGES, Draws, tensorflow_ops

Mixer = Callable[[tf.Tensor, tf.Tensor, Draws], tuple[tf.Tensor, tf.Tensor]]


def batch_mixer(augmentation: Augmentation) -> Mixer:
    """Return a function that mixes images (B, H, W, C) and labels (B, K)."""
    mixers = []
    if augmentation.mixup_alpha > 0:
        layer = keras.layers.MixUp(augmentation.mixup_alpha, **FLOAT_IMAGES)
        mixers.append(_mixer(layer))
    if augmentation.cutmix_alpha > 0:
        # A pair: of a lone number Keras draws the alpha itself from 0 up to it.
        alpha = (augmentation.cutmix_alpha, augmentation.cutmix_alpha)
        mixers.append(_mixer(keras.layers.CutMix(alpha, **FLOAT_IMAGES)))
    return mixers[0] if len(mixers) == 1 else _either(*mixers)


def _mixer(layer: keras.layers.Layer) -> Mixer:
    def mix(
        images: tf.Tensor, labels: tf.Tensor, draws: Draws
    ) -> tuple[tf.Tensor, tf.Tensor]:
        images = tf.cast(images, tf.float32)
        with tensorflow_ops(layer):
            mixing = layer.get_random_transformation(images, True, seed=draws)
            if "batch_masks" in mixing:
                # Keras weighs the labels by the area of the box before it is cut to
                # whole pixels; the share of pixels that really change hands is exact.
                pasted = tf.cast(mixing["batch_masks"], tf.float32)
                mixing["mix_weight"] = 1.0 - tf.reduce_mean(pasted, axis=(1, 2, 3))
            images = layer.transform_images(images, mixing, training=True)
            labels = layer.transform_labels(labels, mixing, training=True)
        return images, labels

    return mix


def _either(first: Mixer, second: Mixer) -> Mixer:
    def mix(
        images: tf.Tensor, labels: tf.Tensor, draws: Draws
    ) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.cond(
            draws.uniform() < 0.5,
            lambda: first(images, labels, draws),
            lambda: second(images, labels, draws),
        )

    return mix
