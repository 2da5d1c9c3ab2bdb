"""How well a model knows the images that it trains on, as they are.

Augmentation, dropout and drop path make training images harder than those of a test
(https://arxiv.org/abs/2106.10270), so that "accuracy" below "val_accuracy" tells
nothing of over-fitting.
"""

from collections.abc import Iterator
from typing import Any

import keras

from keras_vit.arguments import integer


class CleanMetrics(keras.callbacks.Callback):
    """Log loss and metrics of training images without augmentation and dropout.

    After an epoch the model is evaluated on the images given here, and the log has
    "clean_loss", "clean_accuracy" and so on beside "loss", "accuracy" and
    "val_accuracy". Callbacks after this one may monitor them.

    Args:
        data: the training images as they are, or some of them: what `model.evaluate`
            takes more than once, a `tf.data.Dataset` of batches or (images, labels)
            arrays, with sample weights if wished. With `keras_vit.data.image_batches`
            the same source with `training=False`.
        batch_size: int, images in a batch, where `data` are arrays.
        every: int, epochs between two evaluations; epochs between have the last
            one's numbers.

    Raises:
        ValueError: if `data` is an iterator, which one epoch would use up, or no data.

    Example:

    ```python
    import keras

    import keras_vit
    from keras_vit.training import CleanMetrics

    train, clean = (
        keras_vit.data.image_batches(
            "digits", split="train[:64]", image_size=8, channels=1, training=training
        )
        for training in (True, False)
    )
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()])
    model.add(keras.layers.Dense(10, "softmax"))
    model.compile(loss="sparse_categorical_crossentropy")
    history = model.fit(
        train, shuffle=False, callbacks=[CleanMetrics(clean)], verbose=0
    )
    assert "clean_loss" in history.history
    ```
    """

    def __init__(self, data: Any, batch_size: int | None = None, every: int = 1):
        super().__init__()
        if isinstance(data, Iterator):
            raise ValueError(
                "`data` is evaluated after every epoch, and an iterator is used up by "
                f"the first. Received: {type(data).__name__}. Give the tf.data.Dataset "
                "itself, or (images, labels) arrays."
            )
        is_arrays = isinstance(data, tuple | list)
        if data is None or (is_arrays and len(data) not in (2, 3)):
            raise ValueError(
                "`data` should be (images, labels), with sample weights if wished, or "
                f"a tf.data.Dataset of such batches. Received: {type(data).__name__}"
                + (f" of {len(data)}" if is_arrays else "")
            )
        names = ("x", "y", "sample_weight")
        arrays = data if is_arrays else (data,)
        self.arguments = dict(zip(names, arrays, strict=False))
        if batch_size is not None:
            self.arguments["batch_size"] = integer(batch_size, "batch_size")
        self.every = integer(every, "every")
        self._last: dict[str, float] = {}

    def on_train_begin(self, logs=None):
        self._last = {}

    def on_epoch_end(self, epoch, logs=None):
        if epoch % self.every == 0 or not self._last:
            results = self.model.evaluate(**self.arguments, verbose=0, return_dict=True)
            self._last = {f"clean_{name}": value for name, value in results.items()}
        if logs is not None:
            logs.update(self._last)

    def get_state(self) -> dict:
        """What `Resume` keeps of it: the last numbers."""
        return {"last": self._last}

    def set_state(self, state: dict) -> None:
        """Go on from what `get_state` gave."""
        self._last = state["last"]
