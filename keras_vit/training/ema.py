"""The mean of a model's weights over its last steps, as DeiT and Swin are evaluated.

Polyak averaging (https://arxiv.org/abs/2407.20908 shows what it does); the momentum's
warm-up is timm's.
"""

import keras
import numpy as np
from keras import ops

from keras_vit.arguments import flag, is_number


class EMA(keras.callbacks.Callback):
    """Keep an exponential moving average of the weights, and end with it.

    After each step of the optimizer, every trained weight's average becomes
    `momentum * average + (1 - momentum) * weight`. The model holds its averages while
    `fit` validates it and until the next epoch begins, and when `fit` is over, also
    where another callback stopped it early; it trains on with its own weights.
    Averages are float32 whatever the weights are.

    With `warmup` the t-th step, t = 0, 1, ..., has a momentum of at most
    `1 - (1 + t) ** (-2 / 3)`, as timm's `ModelEmaV3`: 0, 0.37, 0.52, 0.60, ..., 0.99
    after 1,000 steps. Without it a run of fewer than some `1 / (1 - momentum)` steps
    ends near where it began.

    Give it before callbacks that save or keep weights, such as `ModelCheckpoint` and
    `EarlyStopping`: where `fit` has no validation, they would come first and see the
    others. With `steps_per_execution` it sees the weights once an execution, and gives
    these the momentum of all its steps.

    Args:
        momentum: float, 0 <= momentum < 1, how much of the average stays.
        warmup: bool, whether the first steps have less.

    Raises:
        ValueError: if an argument is not as described, or the optimizer has
            `use_ema=True` (when `fit` begins).

    Example:

    ```python
    import numpy as np

    import keras_vit
    from keras_vit.training import EMA, AdamW

    model = keras_vit.VisionTransformer(
        hidden_dim=12, num_layers=1, num_heads=3, mlp_dim=24, patch_size=4,
        input_shape=(8, 8, 3), classes=2,
    )
    model.compile(AdamW(1e-3), "sparse_categorical_crossentropy")
    images, labels = np.zeros((4, 8, 8, 3)), np.array([0, 1, 0, 1])
    model.fit(images, labels, callbacks=[EMA(momentum=0.999)], verbose=0)
    ```
    """

    def __init__(self, momentum: float = 0.9998, warmup: bool = True):
        super().__init__()
        if not is_number(momentum) or not 0 <= float(momentum) < 1:
            raise ValueError(
                "`momentum` should be at least 0 and below 1, as in 0.9998. Received: "
                f"momentum={momentum!r}"
            )
        self.momentum = float(momentum)
        self.warmup = flag(warmup, "warmup")
        self.averages: list[keras.Variable] = []
        self._weights: list[keras.Variable] = []
        self._steps = self._first = 0
        self._averages_are_in = False

    def momentum_at(self, step: int) -> float:
        """How much of the average stays in a step, counted from 0."""
        if not self.warmup:
            return self.momentum
        return min(self.momentum, 1 - (1 + step) ** (-2 / 3))

    def on_train_begin(self, logs=None):
        model = self.model
        optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
        if getattr(optimizer, "use_ema", False):
            raise ValueError(
                "The optimizer keeps averages of its own and puts them in the model's "
                "place when `fit` ends. Received: use_ema=True. Leave it out of the "
                "optimizer where you give EMA()."
            )
        self._weights = model.trainable_variables
        # Copies: JAX would free an array that a weight shares, with the weight.
        self.averages = [
            keras.Variable(
                np.array(ops.convert_to_numpy(ops.cast(w, "float32"))),
                trainable=False,
                dtype="float32",
            )
            for w in self._weights
        ]
        self._first = self._steps = self._done()
        self._averages_are_in = False

    def on_epoch_begin(self, epoch, logs=None):
        self._hold(averages=False)

    def on_train_batch_end(self, batch, logs=None):
        done, momentum = self._done(), 1.0
        for step in range(self._steps, done):
            momentum *= self.momentum_at(step - self._first)
        if done == self._steps:  # of a batch whose gradient was only added up
            return
        self._steps = done
        for average, weight in zip(self.averages, self._weights, strict=True):
            new = ops.cast(ops.stop_gradient(weight), "float32")
            average.assign(momentum * average + (1 - momentum) * new)

    def on_test_begin(self, logs=None):
        self._hold(averages=True)

    def on_epoch_end(self, epoch, logs=None):
        self._hold(averages=True)

    def on_train_end(self, logs=None):
        self._hold(averages=True)
        self._averages_are_in = False  # they are the model's own now
        self.averages, self._weights = [], []

    def get_state(self) -> dict:
        """What `Resume` keeps of it: the averages, and the steps in them."""
        averages = [ops.convert_to_numpy(a.value) for a in self.averages]
        return {"averages": averages, "first": self._first, "steps": self._steps}

    def set_state(self, state: dict) -> None:
        """Go on from what `get_state` gave, in a `fit` that has begun."""
        if not state["averages"]:  # of a training that was over: they are the weights
            self.on_train_begin()
            return
        for average, value in zip(self.averages, state["averages"], strict=True):
            average.assign(value)
        self._first, self._steps = state["first"], state["steps"]

    def _done(self) -> int:
        """Steps of the optimizer since it was made."""
        return int(self.model.optimizer.iterations)

    def _hold(self, averages: bool) -> None:
        """Exchange the two, if the model does not hold what it should."""
        if averages == self._averages_are_in or not self._weights:
            return
        self.model  # noqa: B018 - brings JAX's weights of the last step to the model
        for average, weight in zip(self.averages, self._weights, strict=True):
            other = np.array(ops.convert_to_numpy(ops.cast(weight, "float32")))
            weight.assign(average)
            average.assign(other)
        self._averages_are_in = averages
