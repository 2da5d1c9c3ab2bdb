"""A training that is killed goes on where it was, to the last bit."""

import math
import os
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras

from keras_vit.arguments import integer
from keras_vit.training.resuming import callback_state
from keras_vit.training.resuming.checks import check_seed, check_setting, refuse
from keras_vit.training.resuming.random_state import random_state, set_random_state
from keras_vit.training.resuming.snapshot import Snapshot, take
from keras_vit.training.resuming.state_file import read_state, write_state
from keras_vit.training.resuming.variables import first_not_finite

EPOCH_IS_OVER = object()


class Resume(keras.callbacks.Callback):
    """Keep all of a training in one file, and go on from it.

    Run the same program again after it was cut off, killed or out of power: `fit` goes
    on at the step of the last save, and ends with the same numbers as a run that was
    not cut off, to the last bit on one machine. The file holds weights, optimizer with
    averages of weights, random seeds, metrics, the place in the epoch, the history,
    and what other callbacks remember. It is written beside and renamed, so that
    one is whole at any moment, and it stays when the training is over: to train anew,
    delete it.

    Where the data are shuffled, the order of an epoch has to follow from its number
    and not from how often the process has read them. Give `fit` the batches of
    `batches`, a function of the epoch's number. An epoch that is entered in its middle
    prepares the batches before that once more, without a step.

    Args:
        path: of the file.
        every: int, steps between two saves within an epoch, for which `fit` gets
            `batches`. If None, it is saved at the start of each epoch alone.
        callbacks: those of the others given to `fit` that remember something from
            epoch to epoch: `EarlyStopping`, `ReduceLROnPlateau`, `ModelCheckpoint`,
            `EMA`, `CleanMetrics`, or your own with methods `get_state()` and
            `set_state(state)`.

    In `fit`'s list of callbacks it comes last.

    Raises:
        ValueError: if a callback does not say what it remembers; in `fit`, if the file
            is of another training.
        RuntimeError: in `fit`, when the loss or a weight is no finite number, with
            epoch and step. The last good file is kept.

    Example:

    ```python
    import pathlib, tempfile
    import keras
    import keras_vit

    def digits(epoch):
        return keras_vit.data.image_batches(
            "digits", image_size=8, channels=1, training=True, batch_size=512,
            seed=epoch,
        )

    model = keras_vit.VisionTransformer(
        hidden_dim=8, num_layers=1, num_heads=2, mlp_dim=8, patch_size=4,
        input_shape=(8, 8, 1), classes=10,
    )
    model.compile("adamw", "sparse_categorical_crossentropy")
    stopping = keras.callbacks.EarlyStopping("loss", patience=3)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "digits.resume")
        resume = keras_vit.training.Resume(path, every=2, callbacks=[stopping])
        batches = resume.batches(digits)
        model.fit(batches, shuffle=False, callbacks=[stopping, resume], verbose=0)
        assert path.exists()
    ```
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        every: int | None = None,
        callbacks: Sequence[Any] = (),
    ):
        super().__init__()
        self.path = Path(path)
        self.every = None if every is None else integer(every, "every")
        for callback in callbacks:
            callback_state.check_callback(callback)
        self.callbacks = tuple(callbacks)
        self._make: Callable[[int], Any] | None = None
        self._data_seed: int | None = None
        self._steps = 0  # of a whole epoch
        self._epoch = 0
        self._passed = 0  # steps of this epoch that another process has done
        self._saved_at = 0
        self._random: dict = {}  # before the next step, if that is an epoch's first
        self._found: Snapshot | None = None  # until it is all restored

    def batches(self, make: Callable[[int], Any]) -> Any:
        """Return batches for `fit` that can be entered in the middle of an epoch.

        Args:
            make: from an epoch's number, 0 at first, to its `tf.data.Dataset` of
                batches, in an order that follows from the number, as in
                `image_batches(..., seed=epoch)`. Each epoch has as many. TensorFlow
                mixes the seed of `keras.utils.set_random_seed` into it: set it as the
                first run did, or not at all.

        Returns:
            A `tf.data.Dataset`. With it `fit` takes neither `steps_per_epoch` nor
            `class_weight`.
        """
        from keras_vit.data.epochs import batches_by_epoch, global_seed  # TensorFlow's

        self._make, self._data_seed = make, global_seed()
        dataset = batches_by_epoch(make, lambda: (self._epoch, self._passed))
        self._steps = len(dataset)
        return dataset

    def on_train_begin(self, logs=None):
        steps = None if self._make is None else self._steps
        check_setting(self.model, self.every, steps, self.params["steps"])
        self._epoch, self._passed, self._found = 0, 0, None
        if not self.path.exists():
            return
        model, self._found = self.model, Snapshot(*read_state(self.path))
        self._found.restore_variables(model)
        self._found.restore_callbacks(self._remembering())
        facts = self._found.facts
        check_seed(self.path, facts["data_seed"], self._data_seed)
        self._epoch, self._passed = facts["epoch"], facts["step"]
        last = self.params["epochs"]
        if facts["over"] and (facts["stopped"] or self._epoch >= last):
            self._epoch = last
            warnings.warn(
                f"The training of {self.path} is over. Its weights are set, and "
                "nothing is trained. Delete the file to train anew.",
                stacklevel=2,
            )
        model._initial_epoch = self._epoch

    def on_epoch_begin(self, epoch, logs=None):
        self.model._initial_epoch = None  # another `fit` starts as it is told
        self._epoch = epoch
        if self._found is None:
            self._passed = self._saved_at = 0
            self._random = self._random or random_state()
            self._save(0)
            return
        self._saved_at, self._random = self._passed, self._found.random
        self._found.restore_callbacks(self._remembering())  # they have begun anew since
        make = self._make
        if self._passed and make is not None:
            self._found.restore_metrics(self.model, lambda: next(iter(make(epoch))))
        self._found = None

    def on_train_batch_begin(self, batch, logs=None):
        if self._random:  # the reading of data draws, too, and not as often each time
            set_random_state(self._random)
            self._random = {}
        step = self._passed + batch
        if self.every is not None and step - self._saved_at >= self.every:
            self._save(step)

    def on_train_batch_end(self, batch, logs=None):
        step = self._passed + batch + 1
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(float(loss)):
            refuse(self.path, self._epoch, step, f"the loss is {float(loss)}")
        if step >= (self._steps or self.params["steps"] or math.inf):
            self._random = random_state()
        if self._passed and step >= self._steps and not self.model.stop_training:
            # Keras would look for as many steps as in a whole epoch, and TensorFlow
            # move the random seeds in a step that has no batch.
            self.model.stop_training = EPOCH_IS_OVER

    def on_epoch_end(self, epoch, logs=None):
        self._passed = 0
        if self.model.stop_training is EPOCH_IS_OVER:  # and no other wants an end
            self.model.stop_training = False

    def on_train_end(self, logs=None):
        self.model._initial_epoch = None
        if self._found is not None:  # nothing was left to do
            return
        history = self.model.history.epoch
        self._epoch = history[-1] + 1 if history else self._epoch
        self._save(0, over=True)

    def _save(self, step, over=False):
        """All as it is before this step, after all that others did in the last one."""
        model = self.model
        snapshot = take(
            model,
            self._remembering(),
            self._random or random_state(),
            epoch=self._epoch,
            step=step,
            data_seed=self._data_seed,
            over=over,
            stopped=over and bool(model.stop_training),
        )
        bad = first_not_finite(model, snapshot.arrays)
        if bad is not None:
            what = f"'{bad}' has numbers that are not finite"
            refuse(self.path, self._epoch, step, what)
        self._saved_at = step
        try:
            write_state(self.path, *snapshot)
        except OSError as error:
            warnings.warn(
                f"{self.path} could not be written ({error}). What it held before is "
                "whole, and the training goes on.",
                stacklevel=2,
            )

    def _remembering(self):
        return (*self.callbacks, self.model.history)
