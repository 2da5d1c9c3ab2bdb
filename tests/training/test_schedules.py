"""Learning rates over a training, against points that were worked by hand."""

import math

import keras
import numpy as np
import pytest

from keras_vit.training import (
    AdamW,
    WarmupCosine,
    WarmupMultistep,
    WarmupStableDecay,
)
from tests.helpers import array

COSINE = {"peak": 1.0, "total_steps": 110, "warmup_steps": 10}
STABLE = {"peak": 1.0, "total_steps": 100, "warmup_steps": 20, "decay_steps": 40}
R2 = math.sqrt(2)
CURVES = {
    "after the warm-up, as Swin and MAE": (
        WarmupCosine(**COSINE, start=0.2, minimum=0.1),
        # cosine of 0, 45, 90, 180 degrees at 10, 35, 60, 110
        {0: 0.2, 5: 0.6, 10: 1, 35: 0.55 + 0.45 / R2, 60: 0.55, 110: 0.1, 500: 0.1},
    ),
    "the warm-up counted, as timm and DeiT": (
        WarmupCosine(1.0, 120, 20, minimum=0.2, warmup_in_cosine=True),
        # cosine of 30, 90, 120, 180 degrees at 20, 60, 80, 120
        {0: 0, 10: 0.5, 20: 0.6 + 0.2 * math.sqrt(3), 60: 0.6, 80: 0.4, 120: 0.2},
    ),
    "no warm-up": (WarmupCosine(0.4, 60), {0: 0.4, 20: 0.3, 30: 0.2, 40: 0.1, 60: 0}),
    "stable": (
        WarmupStableDecay(**STABLE, start=0.4, minimum=0.2),
        {0: 0.4, 10: 0.7, 20: 1, 41: 1, 60: 1, 70: 0.8, 80: 0.6, 100: 0.2, 200: 0.2},
    ),
    "stable, 1-sqrt": (
        WarmupStableDecay(**STABLE, decay="1-sqrt"),
        {20: 1, 60: 1, 70: 0.5, 82.5: 0.25, 100: 0},
    ),
    "in steps, as SimMIM": (
        WarmupMultistep(1.0, 100, [60, 80], warmup_steps=20, start=0.4),
        {0: 0.4, 10: 0.7, 20: 1, 59: 1, 60: 0.1, 79: 0.1, 80: 0.01, 200: 0.01},
    ),
    "a half remains": (WarmupMultistep(0.4, 9, (3,), 0.5), {0: 0.4, 2: 0.4, 3: 0.2}),
    "a tenth falls": (WarmupStableDecay(1.0, 50), {0: 1, 45: 1, 46: 0.8, 50: 0}),
}


@pytest.mark.parametrize("kind", CURVES)
def test_points_by_hand(kind):
    schedule, points = CURVES[kind]
    for step, expected in points.items():
        assert float(schedule(step)) == pytest.approx(expected, abs=1e-6), step


@pytest.mark.parametrize("kind", CURVES)
def test_saved_with_a_model_and_loaded(kind, tmp_path):
    schedule, points = CURVES[kind]
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile(AdamW(schedule), "mse")
    model.train_on_batch(array(2, 3), array(2, 2))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras").optimizer
    again = keras.optimizers.schedules.deserialize(
        keras.optimizers.schedules.serialize(schedule)
    )
    assert again.get_config() == schedule.get_config()
    assert loaded.get_config()["learning_rate"]["config"] == schedule.get_config()
    for step, expected in points.items():
        assert float(again(step)) == pytest.approx(expected, abs=1e-6)


class Rates(keras.callbacks.Callback):
    """Of each batch, what the optimizer's next step has."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_batch_begin(self, batch, logs=None):
        self.seen.append(float(self.model.optimizer.learning_rate))


def fitted(optimizer, callbacks=()):
    """The kernel after twelve batches."""
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dense(2, use_bias=False)(inputs))
    model.set_weights([array(3, 2)])
    model.compile(optimizer, "mse")
    data = array(24, 3), array(24, 2, seed=1)
    model.fit(*data, batch_size=2, verbose=0, shuffle=False, callbacks=callbacks)
    return model.get_weights()[0]


@pytest.mark.parametrize("accumulated", [None, 2, 3])
def test_steps_are_the_optimizers_under_fit(accumulated):
    """Twelve batches are twelve, six or four steps of the schedule."""
    every, rates = accumulated or 1, Rates()
    schedule = WarmupCosine(0.5, total_steps=12 // every, warmup_steps=2)
    options = {"weight_decay": 0.3, "gradient_accumulation_steps": accumulated}
    ours = fitted(AdamW(schedule, **options), [rates])
    expected = [float(schedule(batch // every)) for batch in range(12)]
    np.testing.assert_allclose(rates.seen, expected, atol=1e-7)
    # and these are what the steps are made of
    stretched = keras.optimizers.AdamW(Stretched(schedule, every), **options)
    np.testing.assert_allclose(ours, fitted(stretched), atol=1e-5)
    if every > 1:
        unstretched = fitted(keras.optimizers.AdamW(schedule, **options))
        assert np.abs(ours - unstretched).max() > 0.1


class Stretched(keras.optimizers.schedules.LearningRateSchedule):
    """What a user of Keras's own optimizers has to give."""

    def __init__(self, schedule, every):
        self.schedule, self.every = schedule, every

    def __call__(self, step):
        return self.schedule(step // self.every)

    def get_config(self):
        return {}


@pytest.mark.parametrize("make", [WarmupCosine, WarmupStableDecay])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"peak": -1.0}, "`peak` should be a finite number of at least 0"),
        ({"total_steps": 0}, "`total_steps` should be a positive int"),
        ({"total_steps": 1.5}, "`total_steps` should be a positive int"),
        ({"warmup_steps": 100}, "should be more than `warmup_steps`"),
        ({"minimum": 0.2}, r"the highest learning rate.*minimum=0\.2"),
        ({"start": 0.2}, r"the highest learning rate.*start=0\.2"),
        ({"start": None}, "`start` should be a finite number"),
    ],
    ids=str,
)
def test_wrong_arguments(make, arguments, message):
    with pytest.raises(ValueError, match=message):
        make(**{"peak": 0.1, "total_steps": 100, **arguments})


def test_wrong_arguments_of_one():
    with pytest.raises(ValueError, match="`warmup_in_cosine` should be True or False"):
        WarmupCosine(0.1, 100, warmup_in_cosine="yes")
    with pytest.raises(ValueError, match="`decay` should be one of 'linear', '1-sqrt'"):
        WarmupStableDecay(0.1, 100, decay="cosine")
    with pytest.raises(ValueError, match="should not be more than `total_steps`"):
        WarmupStableDecay(0.1, 100, warmup_steps=60, decay_steps=50)
    for drops in ([10], [101]):
        with pytest.raises(ValueError, match="between the warm-up and the end"):
            WarmupMultistep(0.1, 100, drops, warmup_steps=20)
    with pytest.raises(ValueError, match="`drop_steps` should be ints"):
        WarmupMultistep(0.1, 100, 50)
    with pytest.raises(ValueError, match="`factor` should be from 0 to 1"):
        WarmupMultistep(0.1, 100, [50], factor=2)
