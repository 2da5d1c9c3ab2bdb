"""MixUp and CutMix, which blend the images and the labels of one batch."""

from collections.abc import Callable

import keras
import tensorflow as tf

from keras_vit.data.augmentation import Augmentation
from keras_vit.data.draws import FLOAT_IMAGES, Draws, tensorflow_ops
from keras_vit.data.source import required

Batch = dict[str, tf.Tensor]
Mixer = Callable[[tf.Tensor, tf.Tensor, Draws], tuple[tf.Tensor, tf.Tensor]]


def batch_mixer(augmentation: Augmentation) -> Callable[[Batch, Draws], Batch]:
    """Return a function that mixes a batch's "image" (B, H, W, C) and "label" (B, K).

    A "weight" (B,) decides how much each image's label counts in the mixture. For a
    loss that is linear in the label, as crossentropies are, this makes the loss of the
    mixture the mixture of the weighted losses; an image of weight 0 leaves no label.
    """
    mixers = []
    if augmentation.mixup_alpha > 0:
        layer = keras.layers.MixUp(augmentation.mixup_alpha, **FLOAT_IMAGES)
        mixers.append(_mixer(layer))
    if augmentation.cutmix_alpha > 0:
        # A pair: of a lone number Keras draws the alpha itself from 0 up to it.
        alpha = (augmentation.cutmix_alpha, augmentation.cutmix_alpha)
        mixers.append(_mixer(keras.layers.CutMix(alpha, **FLOAT_IMAGES)))
    mixer = mixers[0] if len(mixers) == 1 else _either(*mixers)

    def mix(batch: Batch, draws: Draws) -> Batch:
        labels = _shares(batch["label"])
        if "weight" not in batch:
            images, labels = mixer(batch["image"], labels, draws)
            return batch | {"image": images, "label": labels}
        weights = batch["weight"][:, None]
        weighted = tf.concat([labels * weights, weights], -1)  # (B, K + 1)
        images, mixed = mixer(batch["image"], weighted, draws)
        weights = mixed[:, -1:]
        labels = tf.math.divide_no_nan(mixed[:, :-1], weights)
        return batch | {"image": images, "label": labels, "weight": weights[:, 0]}

    return mix


def _shares(labels: tf.Tensor) -> tf.Tensor:
    """Return labels (B, K) if they can be shares of classes, or fail in words."""
    extent = tf.stack([tf.reduce_min(labels), tf.reduce_max(labels)])
    problem = (
        "are from {} (the least and the greatest). MixUp and CutMix blend the shares "
        "of classes, from 0 to 1: turn them off for numbers to regress."
    )
    fits = tf.logical_and(extent[0] >= 0.0, extent[1] <= 1.0)
    with tf.control_dependencies(
        [required(extent, fits, tf.constant("The labels of a batch"), problem)]
    ):
        return tf.identity(labels)


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
