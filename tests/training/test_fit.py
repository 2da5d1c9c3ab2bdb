"""What Keras has for a training works with these models and this optimizer."""

import keras
import numpy as np
import pytest

from keras_vit.training import AdamW
from tests.helpers import array, to_numpy
from tests.models.small import SHAPES, SMALL

CLASSES = 3
# TensorFlow's XLA takes longer to compile than it saves here; JAX has nothing else.
QUICK = {"jit_compile": keras.backend.backend() == "jax"}
SHALLOW = {"vit": {"num_layers": 1}, "swin": {"depths": (1, 1)}}
TWELVE = np.arange(12) % CLASSES


def told_apart(kind):
    """Images whose brightness names their class."""
    noise = 0.1 * array(12, *SHAPES[kind])
    return noise + (TWELVE - 1)[:, None, None, None].astype("float32")


def fitted(kind, images, labels, loss, activation="softmax", epochs=60, **options):
    model = SMALL[kind](
        classes=labels.shape[-1] if labels.ndim > 1 else CLASSES,
        classifier_activation=activation,
        **SHALLOW[kind],
    )
    model.compile(AdamW(0.01, weight_decay=1e-4), loss, **QUICK)
    model.fit(images, labels, batch_size=12, epochs=epochs, verbose=0, **options)
    return model.predict(images, verbose=0)


@pytest.mark.parametrize("kind", ["vit"])
def test_label_smoothing(kind):
    """The best answer is 1 - s + s / K for the class, not 1."""
    labels = np.eye(CLASSES, dtype="float32")[TWELVE]
    losses = keras.losses.CategoricalCrossentropy
    images = told_apart(kind)
    smooth, hard = (
        fitted(kind, images, labels, losses(label_smoothing=s)) for s in (0.3, 0.0)
    )
    assert (smooth.argmax(-1) == TWELVE).all()
    np.testing.assert_allclose(smooth.max(-1), 0.8, atol=0.05)
    assert hard[np.arange(12), TWELVE].min() > 0.95


@pytest.mark.parametrize("kind", ["swin"])
def test_several_classes_an_image(kind):
    """Rows of 0 and 1, none of them or all at once."""
    labels = np.array([[0, 0], [1, 0], [1, 1]], "float32")[TWELVE]
    got = fitted(kind, told_apart(kind), labels, "binary_crossentropy", "sigmoid")
    np.testing.assert_allclose(got, labels, atol=0.2)


@pytest.mark.parametrize("kind", ["vit"])
def test_class_weights(kind):
    """Where images tell nothing, a class is as likely as its weight says."""
    images = np.repeat(array(1, *SHAPES[kind]), 12, axis=0)
    weights = {0: 6.0, 1: 3.0, 2: 1.0}
    loss = "sparse_categorical_crossentropy"
    got = fitted(kind, images, TWELVE, loss, class_weight=weights, epochs=80)
    np.testing.assert_allclose(got[0], [0.6, 0.3, 0.1], atol=0.05)
    np.testing.assert_allclose(
        fitted(kind, images, TWELVE, loss, epochs=80)[0], 1 / 3, atol=0.05
    )


@pytest.mark.parametrize("kind", SMALL)
def test_clipping_by_global_norm(kind):
    """As Keras's own AdamW, of which nothing is decayed, clips; and it matters."""
    model = SMALL[kind](**SHALLOW[kind])
    start = model.get_weights()
    images = array(12, *SHAPES[kind]) * np.array([9.0] * 6 + [0.1] * 6)[
        :, None, None, None
    ].astype("float32")

    def moved(optimizer, clip):
        model.set_weights(start)
        options = {} if clip is None else {"global_clipnorm": clip}
        model.compile(
            optimizer(0.01, weight_decay=0.0, **options),
            "sparse_categorical_crossentropy",
            **QUICK,
        )
        model.fit(images, TWELVE, batch_size=6, shuffle=False, epochs=2, verbose=0)
        return np.concatenate(
            [to_numpy(w).ravel() for w in model.weights if "key/bias" not in w.path]
        )

    ours, keras_own = (moved(o, 0.3) for o in (AdamW, keras.optimizers.AdamW))
    np.testing.assert_allclose(ours, keras_own, atol=1e-4)
    assert np.abs(ours - moved(AdamW, None)).max() > 1e-3
