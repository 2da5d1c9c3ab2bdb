"""A training that is cut off goes on where it was, to the last bit."""

import os
import signal
import subprocess
import sys

import keras
import numpy as np
import pytest

from keras_vit.training import EMA, CleanMetrics, Resume
from keras_vit.training.resuming import state_file

pytest.importorskip("tensorflow", reason="batches come from tf.data")

from tests.training import killed
from tests.training import pretrained as pretraining


def run(kind, folder, place, seed=1):
    command = [sys.executable, "-m", "tests.training.killed", kind, folder, place, seed]
    done = subprocess.run(
        [*map(str, command)],
        env={**os.environ, "KERAS_BACKEND": keras.backend.backend()},
        capture_output=True,
        text=True,
        timeout=400,
    )
    return done


def assert_equal(got, expected):
    assert len(got) == len(expected)
    for one, other in zip(got, expected, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


def test_a_killed_training_ends_as_one_that_was_not(tmp_path):
    folder = tmp_path / "killed"
    done = run("vit", folder, "step")
    assert done.returncode == -signal.SIGKILL, done.stderr
    _, facts = state_file.read_state(folder / "state")
    assert (facts["epoch"], facts["step"]) == (1, 2)  # step 3 was done, and is lost
    resumed = killed.train("vit", folder, seed=2)
    expected = killed.train("vit", tmp_path / "whole")
    assert_equal(resumed, expected)
    other = killed.train("vit", tmp_path / "other", seed=2)
    assert any(not np.array_equal(a, b) for a, b in zip(other, expected, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "places"),
    [("vit", ("step", "validation", "writing")), ("swin", ("step",))],
)
def test_killed_and_started_again_each_time(kind, places, tmp_path):
    folder = tmp_path / "killed"
    for seed, place in enumerate(places):
        done = run(kind, folder, place, seed)
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert (folder / "state.partial").exists() == (place == "writing")
    done = run(kind, folder, "none", len(places))
    assert done.returncode == 0, done.stderr
    with np.load(folder / "results.npz") as file:
        resumed = [file[name] for name in file.files]
    assert_equal(resumed, killed.train(kind, tmp_path / "whole", seed=0))


class Broken(Exception):
    """A cut that the tests' process outlives."""


class Break(keras.callbacks.Callback):
    """Raise after a step; steps are counted over all epochs of this `fit`."""

    def __init__(self, after):
        super().__init__()
        self.left = after

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if self.left == 0:
            raise Broken


def tiny(**arguments):
    """A model without randomness."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("adam", "mse", **arguments)
    return model


def numbers(epoch, count=12):
    import tensorflow as tf

    x = np.random.default_rng(epoch).normal(size=(count, 3)).astype("float32")
    return tf.data.Dataset.from_tensor_slices((x, x.sum(1))).batch(2)


def fit(model, resume, *others, make=numbers, epochs=2, **arguments):
    return model.fit(
        resume.batches(make),
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=[*others, resume],
        **arguments,
    )


def weights(model):
    return [keras.ops.convert_to_numpy(v.value) for v in model.variables]


def test_each_batch_of_an_epoch_is_trained_once(tmp_path):
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(int(self.model.optimizer.iterations))

    with pytest.raises(Broken):
        fit(tiny(), Resume(tmp_path / "state", every=3), Break(4))
    history = fit(tiny(), Resume(tmp_path / "state", every=3), Watch(), epochs=3)
    assert seen == [*range(4, 19)]  # step 4 is done again; 18 in all
    assert history.epoch == [0, 1, 2]
    assert len(history.history["loss"]) == 3


def test_without_a_step_between_it_is_saved_at_each_epoch(tmp_path):
    x = np.ones((8, 3), "float32")
    with pytest.raises(Broken):
        tiny().fit(
            x,
            x[:, 0],
            batch_size=2,
            epochs=3,
            verbose=0,
            callbacks=[Break(6), Resume(tmp_path / "state")],
        )
    model = tiny()
    resume = Resume(tmp_path / "state")
    model.fit(x, x[:, 0], batch_size=2, epochs=3, verbose=0, callbacks=[resume])
    assert int(model.optimizer.iterations) == 12


def test_a_training_that_is_over_is_not_done_again(tmp_path):
    model = tiny()
    first = fit(model, Resume(tmp_path / "state", every=3)).history
    again = tiny()
    with pytest.warns(UserWarning, match="is over"):
        history = fit(again, Resume(tmp_path / "state", every=3)).history
    assert_equal(weights(again), weights(model))
    assert history == first
    longer = tiny()  # more epochs were asked for
    fit(longer, Resume(tmp_path / "state", every=3), epochs=3)
    assert int(longer.optimizer.iterations) == 18


def test_an_early_end_is_an_end(tmp_path):
    def stopping():
        return keras.callbacks.EarlyStopping("loss", patience=0, mode="max")

    def go_on():
        stop, model = stopping(), tiny()
        resume = Resume(tmp_path / "state", callbacks=[stop])
        fit(model, resume, stop, epochs=5)
        return model

    first = go_on()
    assert int(first.optimizer.iterations) < 30
    for _ in range(2):
        with pytest.warns(UserWarning, match="is over"):
            assert_equal(weights(go_on()), weights(first))


def test_a_loss_that_is_no_number_stops_with_its_place(tmp_path):
    def make(epoch):
        import tensorflow as tf

        def spoil(number, batch):
            x, y = batch
            bad = tf.cast(number, tf.float32) >= 4 if epoch == 1 else False
            return x, tf.where(bad, float("nan"), y)

        return numbers(epoch).enumerate().map(spoil)

    path = tmp_path / "state"
    with pytest.raises(RuntimeError, match="epoch 2, step 5, the loss is nan"):
        fit(tiny(), Resume(path, every=2), make=make)
    _, facts = state_file.read_state(path)
    assert (facts["epoch"], facts["step"]) == (1, 4)
    fit(tiny(), Resume(path, every=2))  # with good data it goes on from there


def test_weights_that_are_no_numbers_are_not_saved(tmp_path):
    class Spoil(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 3:
                weight = self.model.trainable_variables[0]
                weight.assign(np.full(weight.shape, np.inf))

    path = tmp_path / "state"
    with pytest.raises(RuntimeError, match=r"epoch 1, step 4.*kernel.*not finite"):
        fit(tiny(), Resume(path, every=2), Spoil())
    arrays, facts = state_file.read_state(path)
    assert (facts["epoch"], facts["step"]) == (0, 2)
    assert np.isfinite(arrays["model_0"]).all()


def test_a_full_disk_leaves_the_file_before_and_the_training_goes_on(
    tmp_path, monkeypatch
):
    path = tmp_path / "state"
    write, written = state_file._write_array, []

    def fill(archive, name, array):
        written.append(name)
        if len(written) > 30:
            raise OSError(28, "No space left on device")
        write(archive, name, array)

    monkeypatch.setattr(state_file, "_write_array", fill)
    model = tiny()
    with pytest.warns(UserWarning, match="No space left"):
        fit(model, Resume(path, every=2))
    assert int(model.optimizer.iterations) == 12
    assert [file.name for file in tmp_path.iterdir()] == ["state"]
    arrays, facts = state_file.read_state(path)
    assert (facts["epoch"], facts["step"]) < (1, 0)
    assert np.isfinite(arrays["model_0"]).all()


FULL = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from keras_vit.training.resuming.state_file import read_state, write_state

path = Path(sys.argv[1])
write_state(path, {"a": np.arange(1000.0)}, {"epoch": 1})
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    write_state(path, {"a": np.arange(10_000.0)}, {"epoch": 2})
except OSError as error:
    print(type(error).__name__, *(f.name for f in path.parent.iterdir()))
arrays, facts = read_state(path)
print(facts["epoch"], arrays["a"].size)
"""


def test_a_file_that_grows_too_large_for_the_system(tmp_path):
    pytest.importorskip("resource", reason="Windows has no such limit")
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "state")],
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["OSError", "state", "1", "1000"]
    assert "Exception ignored" not in done.stderr


def test_bfloat16_and_texts_come_back(tmp_path):
    value = keras.ops.convert_to_tensor([1.5, -2.25], "bfloat16")
    arrays = {"a": keras.ops.convert_to_numpy(value), "b": np.array(7, "uint32")}
    state_file.write_state(tmp_path / "state", arrays, {"word": "ü", "inf": np.inf})
    got, facts = state_file.read_state(tmp_path / "state")
    np.testing.assert_array_equal(got["a"], [1.5, -2.25])
    assert got["b"] == 7 and got["b"].dtype == "uint32"
    assert facts["word"] == "ü" and facts["inf"] == np.inf


def test_mixed_precision_keeps_its_scale(tmp_path):
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(1, dtype="mixed_float16")]
    )
    model.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam()), "mse")
    fit(model, Resume(tmp_path / "state"))
    arrays, facts = state_file.read_state(tmp_path / "state")
    kinds = [name.split()[0] for name in facts["names"]["optimizer"]]
    assert {"scale", "iteration", "momentum"} <= {*kinds}
    assert arrays[f"optimizer_{kinds.index('scale')}"] >= 2


class Counter(keras.callbacks.Callback):
    """One of a user's own, with a state."""

    def __init__(self):
        super().__init__()
        self.steps = 0

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1

    def get_state(self):
        return {"steps": self.steps, "all": [np.arange(self.steps), None, "word"]}

    def set_state(self, state):
        assert [type(item) for item in state["all"]] == [np.ndarray, type(None), str]
        self.steps = state["steps"]


def test_callbacks_of_ones_own_are_asked(tmp_path):
    first, second = Counter(), Counter()
    with pytest.raises(Broken):
        fit(tiny(), Resume(tmp_path / "a", 3, [first]), first, Break(8))
    fit(tiny(), Resume(tmp_path / "a", 3, [second]), second)
    assert second.steps == 12


def test_the_packages_own_callbacks_go_on_too(tmp_path):
    x = np.ones((4, 3), "float32")

    def trained(path, *others, seed=0):
        keras.utils.set_random_seed(seed)
        model, own = tiny(), [EMA(0.9), CleanMetrics((x, x[:, 0]), every=2)]
        tf.random.set_seed(0)
        resume = Resume(path, every=4, callbacks=own)
        history = fit(model, resume, *own, *others)
        return [*weights(model), *map(np.array, history.history.values())]

    import tensorflow as tf

    with pytest.raises(Broken):
        trained(tmp_path / "a", Break(11))
    resumed = trained(tmp_path / "a", seed=1)
    assert_equal(resumed, trained(tmp_path / "b"))
    with pytest.warns(UserWarning, match="is over"):
        assert_equal(trained(tmp_path / "a", seed=2), resumed)


@pytest.mark.slow
def test_random_masks_go_on_too(tmp_path):
    def pretrained(path, *others, seed=0):
        keras.utils.set_random_seed(seed)
        model = pretraining.autoencoder()
        images = pretraining.images(model, 12)
        model.compile("adam")

        def make(epoch):
            return tf.data.Dataset.from_tensor_slices(images).batch(2)

        tf.random.set_seed(0)
        fit(model, Resume(path, every=4), *others, make=make)
        return weights(model)

    import tensorflow as tf

    with pytest.raises(Broken):
        pretrained(tmp_path / "a", Break(9))
    resumed = pretrained(tmp_path / "a", seed=1)
    assert_equal(resumed, pretrained(tmp_path / "b"))


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_bytes(b"nothing"),
        lambda path: path.write_bytes(b""),
        lambda path: np.savez(path, a=1),
        lambda path: np.save(path, 1),
        lambda path: _cut_short(path),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path, write):
    path = tmp_path / "state.npz"
    write(path)
    written = next(tmp_path.iterdir())  # NumPy adds its own suffix
    with pytest.raises(ValueError, match="is no file of"):
        fit(tiny(), Resume(written))


def _cut_short(path):
    state_file.write_state(path, {"a": np.arange(99)}, {})
    path.write_bytes(path.read_bytes()[:-99])


def test_another_training_is_refused(tmp_path):
    path = tmp_path / "state"
    fit(tiny(), Resume(path))
    other = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    other.compile("adam", "mse")
    before = weights(other)
    with pytest.raises(ValueError, match=r"\(3, 2\).*in place of.*\(3, 1\)"):
        fit(other, Resume(path))
    assert_equal(weights(other), before)
    other = tiny()
    other.compile("sgd", "mse")
    with pytest.raises(ValueError, match="optimizer of this training"):
        fit(other, Resume(path))
    with pytest.raises(ValueError, match="remembers 0 callbacks"):
        fit(tiny(), Resume(path, callbacks=[Counter()]))
    keras.utils.set_random_seed(77)  # TensorFlow shuffles by it
    with pytest.raises(ValueError, match="global seed"):
        fit(tiny(), Resume(path))


def test_what_cannot_be_gone_on_with_is_refused_at_once(tmp_path):
    path, x = tmp_path / "state", np.ones((8, 3), "float32")
    with pytest.raises(ValueError, match=r"resume\.batches"):
        tiny().fit(x, x[:, 0], verbose=0, callbacks=[Resume(path, every=2)])
    with pytest.raises(ValueError, match="6 steps.*of 2 steps"):
        fit(tiny(), Resume(path), steps_per_epoch=2)
    with pytest.raises(ValueError, match="get_state"):
        Resume(path, callbacks=[Break(1)])
    with pytest.raises(ValueError, match="every"):
        Resume(path, every=0)
    with pytest.raises(ValueError, match=r"tf\.data\.Dataset"):
        Resume(path).batches(lambda epoch: x)
    with pytest.raises(ValueError, match="known length"):
        Resume(path).batches(lambda epoch: numbers(epoch).repeat())
    assert not path.exists()


def test_batches_are_read_by_the_options_of_those_they_come_from(tmp_path):
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False
    batches = Resume(tmp_path / "state").batches(
        lambda epoch: numbers(epoch).with_options(options)
    )
    assert batches.options().autotune.enabled is False
    assert len(batches) == 6


def test_epochs_of_several_lengths_are_refused(tmp_path):
    resume = Resume(tmp_path / "state")
    with pytest.raises(Exception, match="as many batches"):  # tf.data wraps it
        fit(tiny(), resume, make=lambda epoch: numbers(epoch, 12 + 4 * epoch))


def test_the_file_is_kept_by_name_in_a_folder_that_is_made(tmp_path):
    path = tmp_path / "new" / "folder" / "state"
    fit(tiny(), Resume(str(path)))
    assert [file.name for file in path.parent.iterdir()] == ["state"]
