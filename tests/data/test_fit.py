"""Batches from every kind of source go into `fit` on the backend at hand."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_vit.data
from keras_vit.data import Augmentation, image_batches

EVERYTHING = Augmentation(
    rand_augment=(1, 5), random_erasing=0.1, mixup_alpha=0.2, cutmix_alpha=1.0
)


@pytest.fixture
def sources(pictures, labels, folder, tfds_name):
    return {
        "arrays": ((pictures, labels), 5),
        "stream": (tf.data.Dataset.from_tensor_slices((pictures, labels)), 5),
        "folder": (folder, 3),
        "tfds": (tfds_name, 2),
        "digits": ("digits", 10),
    }


def linear_model(classes, loss):
    inputs = keras.Input((8, 8, 3))
    outputs = keras.layers.Dense(classes)(keras.layers.Flatten()(inputs))
    model = keras.Model(inputs, outputs)
    model.compile("adam", loss(from_logits=True), metrics=["accuracy"])
    return model


@pytest.mark.parametrize("kind", ["arrays", "stream", "folder", "tfds", "digits"])
def test_fit_and_evaluate(sources, kind):
    source, classes = sources[kind]
    options = {"image_size": 8, "batch_size": 5, "num_classes": classes}
    train = image_batches(
        source, training=True, augmentation=EVERYTHING, seed=0, **options
    ).take(2)
    test = image_batches(source, one_hot=True, **options).take(2)
    model = linear_model(classes, keras.losses.CategoricalCrossentropy)
    # Keras warns of its own default, shuffle=True, whenever data are a tf.data.Dataset.
    fit = model.fit(train, validation_data=test, epochs=2, verbose=0, shuffle=False)
    assert np.isfinite(fit.history["loss"] + fit.history["val_loss"]).all()


def test_digits_are_learned():
    options = {"image_size": 8, "batch_size": 103}
    train = image_batches("digits", training=True, seed=0, **options)
    test = image_batches("digits", split="test", **options)
    model = linear_model(10, keras.losses.SparseCategoricalCrossentropy)
    model.optimizer.learning_rate = 0.02
    model.fit(train, epochs=4, verbose=0, shuffle=False)
    assert model.evaluate(test, verbose=0)[1] > 0.8


@pytest.mark.parametrize("name", ["image_batches", "class_names", "Augmentation"])
def test_documented_examples_run(name):
    text = getattr(keras_vit.data, name).__doc__
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(compile(example.replace("\n    ", "\n").strip(), name, "exec"), {})
