"""The log tells how training images fare as they are."""

import keras
import numpy as np
import pytest

import keras_vit
from keras_vit.training import EMA, AdamW, CleanMetrics
from tests.helpers import array
from tests.models.small import SHAPES, small_vit

IMAGES, LABELS = array(14, *SHAPES["vit"]), np.arange(14) % 7


def compiled(**options):
    model = small_vit(**options)
    model.compile(AdamW(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def noisy(images):
    """Augmented beyond recognition."""
    return 9 * array(*images.shape, seed=3)


@pytest.mark.parametrize("data", ["arrays", "weighted", "data set"])
def test_they_are_those_of_evaluate(data):
    weights = np.linspace(0.1, 2, 14).astype("float32")
    given = {
        "arrays": (IMAGES, LABELS),
        "weighted": (IMAGES, LABELS, weights),
        "data set": keras_vit.data.image_batches(
            (np.uint8(100 + 20 * IMAGES), LABELS),
            image_size=SHAPES["vit"][:2],
            batch_size=5,
            channels=5,
        ),
    }[data]
    model = compiled(dropout_rate=0.5)
    batch_size = None if data == "data set" else 5
    clean = CleanMetrics(given, batch_size=batch_size)
    history = model.fit(
        noisy(IMAGES), LABELS, batch_size=7, epochs=2, verbose=0, callbacks=[clean]
    ).history
    assert {"loss", "accuracy", "clean_loss", "clean_accuracy"} <= set(history)
    x, y, *rest = given if data != "data set" else (given, None)
    sample_weight = rest[0] if rest else None
    loss, accuracy = model.evaluate(x, y, sample_weight=sample_weight, verbose=0)
    assert history["clean_loss"][-1] == pytest.approx(loss, rel=1e-4)
    assert history["clean_accuracy"][-1] == pytest.approx(accuracy)
    assert abs(history["loss"][-1] - loss) > 1e-3


def test_fit_goes_on_as_without():
    one, other = compiled(), compiled()
    other.set_weights(one.get_weights())
    for model, callbacks in (one, [CleanMetrics((IMAGES, LABELS))]), (other, []):
        data = IMAGES, LABELS, 7, 2
        validation = (IMAGES[:3], LABELS[:3])
        model.fit(
            *data,
            verbose=0,
            shuffle=False,
            callbacks=callbacks,
            validation_data=validation,
        )
    for got, expected in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-5)


def test_every_other_epoch_and_later_callbacks_see_them():
    model = compiled()
    watching = keras.callbacks.EarlyStopping("clean_loss", mode="max", patience=0)
    clean = CleanMetrics((IMAGES, LABELS), every=2)
    history = model.fit(
        IMAGES, LABELS, epochs=5, verbose=0, callbacks=[clean, watching]
    )
    losses = history.history["clean_loss"]
    assert losses[0] == losses[1]
    assert len(losses) == 2  # no better, so that fit stops


def test_of_averages_where_the_model_holds_them():
    model = compiled()
    callbacks = [EMA(0.9, warmup=False), CleanMetrics((IMAGES, LABELS))]
    history = model.fit(IMAGES, LABELS, epochs=2, verbose=0, callbacks=callbacks)
    loss, _ = model.evaluate(IMAGES, LABELS, verbose=0)
    assert history.history["clean_loss"][-1] == pytest.approx(loss, rel=1e-4)


def test_what_cannot_be_evaluated_twice():
    with pytest.raises(ValueError, match="an iterator is used up"):
        CleanMetrics(iter([(IMAGES, LABELS)]))
    with pytest.raises(ValueError, match=r"Received: tuple of 1"):
        CleanMetrics((IMAGES,))
    with pytest.raises(ValueError, match="Received: NoneType"):
        CleanMetrics(None)
    with pytest.raises(ValueError, match="`every` should be a positive int"):
        CleanMetrics((IMAGES, LABELS), every=0)
