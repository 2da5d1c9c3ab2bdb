"""A small training that can be killed: `python -m tests.training.killed ...`."""

import os
import signal
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

import keras_vit
from keras_vit.training import AdamW, Resume
from keras_vit.training.resuming import state_file
from tests.models.small import small_swin, small_vit

EPOCHS, STEPS = 3, 5
RATES = {"dropout_rate": 0.1, "attention_dropout_rate": 0.1, "drop_path_rate": 0.2}
SIZES = {
    "vit": {"input_shape": (9, 10, 3), "num_layers": 2},
    "swin": {"input_shape": (8, 10, 3), "depths": (1, 2)},
}
BUILD = {"vit": small_vit, "swin": small_swin}


def model_of(kind):
    model = BUILD[kind](**SIZES[kind], **RATES, classes=3)
    optimizer = AdamW(1e-2, use_ema=True, ema_momentum=0.9)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def data(kind, epoch, training=True):
    rng = np.random.default_rng(0)
    size = SIZES[kind]["input_shape"][:2]
    images = rng.integers(0, 256, (22, *size, 3), dtype="uint8")
    labels = rng.integers(0, 3, 22)
    return keras_vit.data.image_batches(
        (images, labels),
        image_size=size,
        batch_size=4,
        training=training,
        seed=epoch if training else None,
    )


class Kill(keras.callbacks.Callback):
    """Kill this process as the system does, which nothing can catch."""

    def __init__(self, place):
        super().__init__()
        self.place, self.epoch = place, 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
        if self.place == "writing" and epoch == 2:
            state_file._write_array = self.in_the_middle(state_file._write_array)

    def in_the_middle(self, write):
        def write_some(archive, name, array):
            if name == "optimizer_3":
                archive.fp.flush()
                now()
            write(archive, name, array)

        return write_some

    def on_train_batch_end(self, batch, logs=None):
        if (self.place, self.epoch, batch) == ("step", 1, 2):
            now()

    def on_test_end(self, logs=None):
        if (self.place, self.epoch) == ("validation", 1):
            now()


def now():
    os.kill(os.getpid(), signal.SIGKILL)


def train(kind, folder, place=None, seed=1):
    """Train, or go on with it, and give all that there is at the end."""
    keras.utils.set_random_seed(seed)
    tf.random.set_seed(0)  # has part in the order of the data
    folder = Path(folder)
    model = model_of(kind)
    others = [
        keras.callbacks.EarlyStopping(
            "loss", patience=1, start_from_epoch=0, restore_best_weights=True
        ),
        keras.callbacks.ReduceLROnPlateau("val_loss", patience=1, min_delta=1.0),
        keras.callbacks.ModelCheckpoint(
            str(folder / "best.weights.h5"),
            monitor="loss",
            save_best_only=True,
            save_weights_only=True,
        ),
    ]
    resume = Resume(folder / "state", every=2, callbacks=others)
    history = model.fit(
        resume.batches(lambda epoch: data(kind, epoch)),
        validation_data=data(kind, 0, training=False),
        epochs=EPOCHS,
        shuffle=False,
        verbose=0,
        callbacks=[*others, *([Kill(place)] if place else []), resume],
    )
    variables = [*model.variables, *model.optimizer.variables]
    arrays = [keras.ops.convert_to_numpy(v.value) for v in variables]
    logs = [np.asarray(history.history[k]) for k in sorted(history.history)]
    best = [np.asarray([float(c.best) for c in others])]
    return [*arrays, *logs, *best]


if __name__ == "__main__":
    kind, folder, place, seed = sys.argv[1:]
    results = train(kind, folder, None if place == "none" else place, int(seed))
    np.savez(Path(folder) / "results.npz", *results)
