"""Gradients by a model's inputs, held against formulas and finite differences."""

import keras
import numpy as np
from keras import ops

from keras_vit.inspection.gradients import gradients
from tests.helpers import array, randomize
from tests.models.small import small_vit


def test_several_numbers_by_several_inputs():
    images = keras.Input((2,), dtype="uint8")
    a, b, unused = keras.Input((3,)), keras.Input((3,)), keras.Input((4,))
    keras.layers.Identity()(unused)  # Keras 3.11 takes no input that leads nowhere
    whole = ops.cast(ops.sum(images, axis=-1, keepdims=True), "float32")
    model = keras.Model([images, a, b, unused], [a * a * b + whole, b * 5.0])
    pixels = np.array([[1, 2]], "uint8")
    x, y, z = array(1, 3), array(1, 3, seed=1), array(1, 4, seed=2)

    def numbers(outputs):
        return ops.stack([ops.sum(outputs[0]), outputs[0][0, 1], ops.sum(outputs[1])])

    by_b, by_a, by_unused = gradients(model, [pixels, x, y, z], [2, 1, 3], numbers)
    middle = np.array([[0, 1, 0]])
    nothing = np.zeros_like(x)
    np.testing.assert_allclose(
        by_a, [2 * x * y, 2 * x * y * middle, nothing], rtol=1e-5
    )
    np.testing.assert_allclose(by_b, [x * x, x * x * middle, nothing + 5], rtol=1e-5)
    assert np.array_equal(by_unused, np.zeros((3, 1, 4)))


def test_finite_differences_of_a_vit():
    model = small_vit(classifier_activation=None)
    randomize(model)
    model.trainable = False  # gradients by inputs need no trainable weights
    lists = keras.Model([model.input], model.output)
    image, direction = array(1, 9, 10, 5), array(1, 9, 10, 5, seed=1)
    (by_image,) = gradients(lists, [image], [0], lambda logits: logits[0, :2])
    step = 1e-2
    ahead, behind = model.predict_on_batch(
        np.concatenate([image + step * direction, image - step * direction])
    )[:, :2]
    expected = (ahead - behind) / (2 * step)
    np.testing.assert_allclose(
        (by_image[:, 0] * direction[0]).sum(axis=(1, 2, 3)), expected, rtol=2e-2
    )
