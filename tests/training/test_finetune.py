"""A pretrained model learns a task of its own, first by its head, then as a whole."""

import keras
import numpy as np
import pytest

import keras_vit
from keras_vit.teaching.small_vit import FILE, SMALL_VIT
from keras_vit.training import EMA, AdamW, CleanMetrics, finetune, freeze
from tests.helpers import array, to_numpy
from tests.models.small import SHAPES, SMALL, small_vit

IMAGES, LABELS = array(14, *SHAPES["vit"]), np.arange(14) % 7


def digits():
    """Scikit-learn's, of 28 pixels: no kind of image that the small ViT has seen."""
    found = pytest.importorskip("sklearn.datasets").load_digits()
    images = np.pad(found.images / 8 - 1, ((0, 0), (3, 3), (3, 3)), constant_values=-1)
    images = np.repeat(images.repeat(2, axis=1).repeat(2, axis=2)[..., None], 3, -1)
    return images.astype("float32"), found.target


def pretrained():
    keras.utils.set_random_seed(0)
    return keras_vit.VisionTransformer(
        weights=str(FILE), input_shape=(28, 28, 3), classes=10, **SMALL_VIT
    )


@pytest.mark.slow  # the same on every backend
def test_it_beats_its_own_probe():
    images, labels = digits()
    train, test = (images[:200], labels[:200]), (images[1000:1300], labels[1000:1300])
    history = finetune(
        pretrained(), train, test, 6, probe_epochs=2, learning_rate=1e-3, verbose=0
    )
    tuned = history.history["val_accuracy"]
    assert len(tuned) == 8
    assert history.epoch == list(range(8))
    assert history.params["probe_epochs"] == 2
    model = pretrained()
    freeze(model)
    model.compile(AdamW(3e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    probe = model.fit(*train, epochs=8, validation_data=test, verbose=0)
    assert tuned[-1] > max(probe.history["val_accuracy"]) + 0.1
    assert tuned[-1] > 0.3  # chance is a tenth


class Watch(keras.callbacks.Callback):
    """What each epoch trains, how fast, and what it moved."""

    def __init__(self):
        super().__init__()
        self.trained, self.rates, self.moved = [], [], []

    def on_epoch_begin(self, epoch, logs=None):
        model = self.model
        self.trained.append([v.path for v in model.trainable_variables])
        self.rates.append(float(model.optimizer.learning_rate))
        self.before = {v.path: to_numpy(v) for v in model.weights}

    def on_epoch_end(self, epoch, logs=None):
        weights = self.model.weights
        self.moved.append(
            {v.path for v in weights if np.any(to_numpy(v) != self.before[v.path])}
        )


@pytest.mark.parametrize("family", SMALL)
def test_the_head_first_then_what_was_not_frozen(family):
    model = SMALL[family]()
    block = "encoder_block_0" if family == "vit" else "stage_0_block_0"
    freeze(model, until=block)
    model.layers[-3].trainable = False  # the last norm
    trained = [v.path for v in model.trainable_variables]
    watch = Watch()
    finetune(
        model,
        (array(14, *SHAPES[family]), LABELS),
        epochs=3,
        probe_epochs=2,
        batch_size=7,
        learning_rate=1e-3,
        probe_learning_rate=0.01,
        warmup_epochs=1,
        callbacks=[watch],
        verbose=0,
    )
    head = ["head/kernel", "head/bias"]
    assert watch.trained == [head, head, trained, trained, trained]
    assert watch.moved[1] == set(head)
    assert watch.moved[-1] - {p for p in trained if p.endswith("key/bias")} == {
        p for p in trained if not p.endswith("key/bias")
    }
    # Four steps of a cosine; then two of a warm-up, and four of a cosine.
    np.testing.assert_allclose(watch.rates, [0.01, 0.005, 0, 1e-3, 5e-4], atol=1e-8)
    optimizer = model.optimizer
    assert optimizer.learning_rate_scales["head/kernel"] == 1
    assert min(optimizer.learning_rate_scales.values()) <= 0.75
    assert optimizer.global_clipnorm == 1


def rows(labels):
    return np.eye(7, dtype="float32")[labels]


SEVERAL = rows(LABELS) + rows((LABELS + 1) % 7)
LOSSES = {
    "classes": (LABELS, "softmax", keras.losses.SparseCategoricalCrossentropy()),
    "logits": (LABELS, None, keras.losses.SparseCategoricalCrossentropy(True)),
    "column": (
        LABELS[:, None],
        "softmax",
        keras.losses.SparseCategoricalCrossentropy(),
    ),
    "one-hot": (rows(LABELS), "softmax", keras.losses.CategoricalCrossentropy()),
    "one-hot logits": (rows(LABELS), None, keras.losses.CategoricalCrossentropy(True)),
    "several": (SEVERAL, "sigmoid", keras.losses.BinaryCrossentropy()),
    "several logits": (SEVERAL, None, keras.losses.BinaryCrossentropy(True)),
}


@pytest.mark.parametrize("kind", LOSSES)
def test_the_loss_that_fits_labels_and_head(kind):
    labels, activation, expected = LOSSES[kind]
    model = small_vit(classifier_activation=activation)
    history = finetune(model, (IMAGES, labels), epochs=1, probe_epochs=0, verbose=0)
    got = model.evaluate(IMAGES, labels, verbose=0, return_dict=True)
    loss = float(expected(labels, model.predict(IMAGES, verbose=0)))
    assert got["loss"] == pytest.approx(loss, rel=1e-4)
    assert set(history.history) == {"accuracy", "loss"}


def data_set(labels=LABELS, **options):
    pixels = np.uint8(100 + 20 * IMAGES)
    return keras_vit.data.image_batches(
        (pixels, labels), image_size=SHAPES["vit"][:2], channels=5, **options
    )


def test_data_sets_callbacks_and_class_weights():
    train = data_set(batch_size=5, training=True)  # two whole batches
    model = small_vit(dropout_rate=0.1)
    weights = dict.fromkeys(range(7), 1.0)
    history = finetune(
        model,
        train,
        data_set(batch_size=5),
        epochs=2,
        class_weight=weights,
        callbacks=[EMA(), CleanMetrics(data_set())],
        verbose=0,
    )
    assert int(model.optimizer.iterations) == 4
    assert {"val_accuracy", "clean_accuracy"} <= set(history.history)
    assert all(len(values) == 3 for values in history.history.values())


def test_a_loss_of_ones_own_and_an_endless_data_set():
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    train = data_set(batch_size=7, one_hot=True).repeat()
    model = small_vit()
    with pytest.raises(ValueError, match="Give `steps_per_epoch`"):
        finetune(model, train, loss=loss, epochs=1)
    finetune(model, train, loss=loss, epochs=1, steps_per_epoch=3, verbose=0)
    assert model.loss is loss
    assert int(model.optimizer.iterations) == 3


def test_early_stops_of_each_part():
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch in (0, 4)

    history = finetune(
        small_vit(),
        (IMAGES, LABELS),
        epochs=5,
        probe_epochs=3,
        callbacks=[Stop()],
        verbose=0,
    )
    assert history.epoch == [0, 3, 4]
    assert history.params["probe_epochs"] == 1
    assert len(history.history["loss"]) == 3


def test_a_probe_that_fails_leaves_what_was_trained():
    model = small_vit()
    freeze(model, until="encoder_block_0")
    trained = [v.path for v in model.trainable_variables]

    class Fail(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise RuntimeError("out of power")

    with pytest.raises(RuntimeError):
        finetune(model, (IMAGES, LABELS), callbacks=[Fail()], verbose=0)
    assert [v.path for v in model.trainable_variables] == trained


def test_a_high_rate_warns():
    with pytest.warns(UserWarning, match=r"learning_rate=0\.003 is high for pretr"):
        finetune(
            small_vit(),
            (IMAGES, LABELS),
            epochs=1,
            probe_epochs=0,
            learning_rate=3e-3,
            verbose=0,
        )


WRONG = {
    "no labels": ({"train": (IMAGES,)}, "Received: a tuple of 1"),
    "images alone": ({"train": IMAGES}, "Received: an object of type ndarray"),
    "fewer labels": ({"train": (IMAGES, LABELS[:3])}, r"14 images and \[3\] of what"),
    "none": ({"train": (IMAGES[:0], LABELS[:0])}, "`train` should be batches"),
    "an iterator": ({"train": iter([(IMAGES, LABELS)])}, "an iterator"),
    "validation": ({"validation": 0.2}, "`validation` should be batches"),
    "a class too many": ({"train": (IMAGES, LABELS + 1)}, "from 0 to 6.*1 to 7"),
    "fractions": ({"train": (IMAGES, LABELS + 0.5)}, "whole numbers"),
    "names": ({"train": (IMAGES, LABELS.astype(str))}, "whole numbers"),
    "other rows": ({"train": (IMAGES, rows(LABELS)[:, :5])}, r"rows \(B, 7\)"),
    "epochs": ({"epochs": 0}, "`epochs` should be a positive int"),
    "probe": ({"probe_epochs": -1}, "`probe_epochs` should be an int of at least 0"),
    "warm-up": ({"epochs": 2, "warmup_epochs": 2}, "fewer than `epochs`"),
    "rate": ({"learning_rate": "low"}, "`learning_rate` should be a finite number"),
    "probe's": ({"probe_learning_rate": -1}, "`probe_learning_rate` should be a fini"),
    "decay": ({"layer_decay": 1.5}, "`layer_decay` should be above 0"),
    "no head": ({"model": small_vit(include_top=False)}, "should end with a classif"),
    "no ViT": (
        {"model": keras.Sequential([keras.Input((3,)), keras.layers.Dense(7)])},
        "a ViT or a Swin of this package",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_arguments(kind):
    arguments, message = WRONG[kind]
    given = {"model": small_vit(), "train": (IMAGES, LABELS), **arguments}
    with pytest.raises(ValueError, match=message):
        finetune(**given)


def test_a_sigmoid_needs_rows():
    with pytest.raises(ValueError, match="a head with a sigmoid needs rows"):
        finetune(small_vit(classifier_activation="sigmoid"), (IMAGES, LABELS))
