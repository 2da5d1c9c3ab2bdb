"""Averages of weights: their numbers, and when the model holds them."""

import keras
import numpy as np
import pytest

from keras_vit.training import EMA, AdamW
from tests.helpers import array, to_numpy

BATCHES, EPOCHS = 5, 3
DATA = array(2 * BATCHES, 3), array(2 * BATCHES, 2, seed=1)
OTHER = array(4, 3, seed=2), array(4, 2, seed=3)


class Watch(keras.callbacks.Callback):
    """The weights that fit shows at each turn, as a callback after EMA sees them."""

    def __init__(self):
        super().__init__()
        self.steps, self.epochs, self.tests = [], [], []

    def now(self):
        return [to_numpy(w) for w in self.model.trainable_variables]

    def on_train_batch_end(self, batch, logs=None):
        self.steps.append(self.now())

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(self.now())

    def on_test_begin(self, logs=None):
        self.tests.append(self.now())


def small(dtype=None, **options):
    inputs = keras.Input((3,))
    outputs = keras.layers.Dense(2, dtype=dtype)(inputs)
    model = keras.Model(inputs, outputs)
    model.set_weights([array(3, 2, seed=4), array(2, seed=5)])
    model.compile(AdamW(0.1, 0.1, **options), "mse")
    return model


def fit(model, *callbacks, epochs=EPOCHS, **options):
    return model.fit(
        *DATA,
        batch_size=2,
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=list(callbacks),
        **options,
    )


def averaged(start, steps, momenta):
    """By NumPy, after each step."""
    averages, seen = [np.array(w) for w in start], []
    for weights, momentum in zip(steps, momenta, strict=True):
        averages = [
            momentum * a + (1 - momentum) * w
            for a, w in zip(averages, weights, strict=True)
        ]
        seen.append(averages)
    return seen


def assert_equal(got, expected, atol=1e-6):
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=atol)


MOMENTA = {
    "plain": (EMA(0.7, warmup=False), [0.7] * BATCHES * EPOCHS),
    "timm's warm-up": (
        EMA(0.6, warmup=True),
        # 1 - (1 + t)^(-2/3): t = 7 gives 1 - 1/4
        [0, 0.370039, 0.519250, *[0.6] * (BATCHES * EPOCHS - 3)],
    ),
}


def test_warm_up_by_hand():
    momentum = EMA(0.9998).momentum_at
    known = {0: 0, 7: 0.75, 26: 1 - 1 / 9, 999: 0.99, 10**9: 0.9998}
    assert {t: pytest.approx(momentum(t)) for t in known} == known


@pytest.mark.parametrize("validated", [True, False])
@pytest.mark.parametrize("kind", MOMENTA)
def test_weights_of_each_turn(kind, validated):
    ema, momenta = MOMENTA[kind]
    model, plain, watch, alone = small(), small(), Watch(), Watch()
    start = [to_numpy(w) for w in model.trainable_variables]
    validation = {"validation_data": OTHER} if validated else {}
    history = fit(model, ema, watch, **validation).history
    fit(plain, alone)
    for got, expected in zip(watch.steps, alone.steps, strict=True):
        assert_equal(got, expected, 1e-5)  # training goes on with the weights
    expected = averaged(start, watch.steps, momenta)
    for epoch in range(EPOCHS):
        at_end = expected[(epoch + 1) * BATCHES - 1]
        assert_equal(watch.epochs[epoch], at_end)
        if validated:
            assert_equal(watch.tests[epoch], at_end)
            kernel, bias = at_end
            loss = np.mean((OTHER[0] @ kernel + bias - OTHER[1]) ** 2)
            assert history["val_loss"][epoch] == pytest.approx(loss, rel=1e-4)
    assert_equal(model.get_weights(), expected[-1])
    assert np.abs(model.get_weights()[0] - watch.steps[-1][0]).max() > 1e-3


class Stop(keras.callbacks.Callback):
    """At a batch of an epoch, or when the epoch is over."""

    def __init__(self, epoch, batch):
        super().__init__()
        self.at, self.epoch = (epoch, batch), None

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.at == (self.epoch, batch):
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        if self.at == (epoch, None):
            self.model.stop_training = True


@pytest.mark.parametrize("validated", [True, False])
@pytest.mark.parametrize("place", [(1, 2), (1, None), (0, 0)], ids=str)
def test_an_early_stop_ends_with_the_averages(place, validated):
    model, watch = small(), Watch()
    start = [to_numpy(w) for w in model.trainable_variables]
    validation = {"validation_data": OTHER} if validated else {}
    fit(model, EMA(0.7, warmup=False), watch, Stop(*place), **validation)
    assert len(watch.steps) < BATCHES * EPOCHS
    expected = averaged(start, watch.steps, [0.7] * len(watch.steps))
    assert_equal(model.get_weights(), expected[-1])


@pytest.mark.parametrize("first", ["EMA", "other"])
def test_checkpoints_and_the_best_weights_are_averages(first, tmp_path):
    """With validation in either order of the callbacks."""
    model, watch = small(), Watch()
    file = str(tmp_path / "{epoch}.weights.h5")
    saving = keras.callbacks.ModelCheckpoint(file, save_weights_only=True)
    best = keras.callbacks.EarlyStopping(
        "val_loss", mode="max", patience=9, restore_best_weights=True
    )
    ema = EMA(0.7, warmup=False)
    others = [saving, best]
    callbacks = [ema, *others] if first == "EMA" else [*others, ema]
    history = fit(model, *callbacks, watch, validation_data=OTHER).history["val_loss"]
    for epoch in range(EPOCHS):
        saved = keras.models.clone_model(model)  # that nobody has compiled
        saved.load_weights(file.format(epoch=epoch + 1))
        assert_equal(saved.get_weights(), watch.epochs[epoch])
    assert_equal(model.get_weights(), watch.epochs[int(np.argmax(history))])


def test_steps_of_the_optimizer_count_not_batches():
    """Five batches in an epoch, accumulated by three: a step after 3, 6, 9, ..."""
    model, watch = small(gradient_accumulation_steps=3), Watch()
    start = [to_numpy(w) for w in model.trainable_variables]
    fit(model, EMA(0.7, warmup=False), watch)
    taken = watch.steps[2::3]
    assert_equal(model.get_weights(), averaged(start, taken, [0.7] * 5)[-1])


@pytest.mark.skipif(
    keras.backend.backend() == "torch", reason="Keras has it on the two others alone"
)
def test_several_steps_in_an_execution():
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dense(2)(inputs))
    start = model.get_weights()
    model.compile(AdamW(0.1), "mse", steps_per_execution=5)
    watch = Watch()
    fit(model, EMA(0.7, warmup=False), watch)
    expected = averaged(start, watch.steps, [0.7**5] * EPOCHS)
    assert_equal(model.get_weights(), expected[-1])


def test_averages_of_half_precision_are_float32():
    model, watch = small("bfloat16"), Watch()
    start = [to_numpy(w) for w in model.trainable_variables]
    fit(model, EMA(0.999, warmup=False), watch)
    expected = averaged(start, watch.steps, [0.999] * len(watch.steps))[-1]
    # In bfloat16 itself 0.999 is 1 and nothing would move.
    got = [to_numpy(w) for w in model.trainable_variables]
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=2.0**-8)


def test_a_second_fit_begins_anew():
    model, watch = small(), Watch()
    ema = EMA(0.7, warmup=False)
    fit(model, ema, epochs=1)
    start = [np.array(w) for w in model.get_weights()]
    fit(model, ema, watch, epochs=1)
    assert_equal(model.get_weights(), averaged(start, watch.steps, [0.7] * 5)[-1])
    model.evaluate(*OTHER, verbose=0, callbacks=[ema])  # nothing is exchanged
    assert_equal(model.get_weights(), averaged(start, watch.steps, [0.7] * 5)[-1])


def test_frozen_weights_stay():
    model = small()
    model.layers[-1].bias.trainable = False
    model.compile(AdamW(0.1), "mse")
    bias = model.get_weights()[1]
    fit(model, EMA(0.7))
    np.testing.assert_array_equal(model.get_weights()[1], bias)


@pytest.mark.parametrize("momentum", [1, -0.1, "0.9", None, float("nan")])
def test_wrong_momenta(momentum):
    with pytest.raises(ValueError, match="`momentum` should be at least 0 and below"):
        EMA(momentum)


def test_two_averages():
    with pytest.raises(ValueError, match="Received: use_ema=True"):
        fit(small(use_ema=True), EMA())
