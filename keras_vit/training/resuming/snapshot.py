"""All that a training is made of, taken at one moment and put back."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np

from keras_vit.training.resuming import callback_state
from keras_vit.training.resuming.variables import (
    names_of,
    set_values,
    values_of,
    variables_of,
)

RANDOM = "random_"


class Snapshot(NamedTuple):
    """What a file holds.

    Attributes:
        arrays: values of variables, of callbacks and of random generators.
        facts: what JSON can hold: the place, and how the arrays are to be read.
    """

    arrays: dict[str, np.ndarray]
    facts: dict[str, Any]

    def restore_variables(self, model: keras.Model) -> None:
        """Weights, random seeds and optimizer."""
        if not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
        names = self.facts["names"]
        set_values(model, self.arrays, names, ("model", "optimizer"))

    def restore_callbacks(self, callbacks: Sequence[Any]) -> None:
        """What callbacks remember, in the order in which they were given."""
        states = callback_state.unpacked(self.facts["callbacks"], self.arrays)
        if len(states) != len(callbacks):
            raise ValueError(
                f"The file remembers {len(states) - 1} callbacks. Received: "
                f"{len(callbacks) - 1}. Give Resume those that it was given."
            )
        for callback, state in zip(callbacks, states, strict=True):
            callback_state.set_state(callback, state)

    def restore_metrics(self, model: keras.Model, batch: Callable[[], Any]) -> None:
        """What metrics have summed up in this epoch.

        Args:
            model: the model.
            batch: gives one of its training's; TensorFlow makes metrics in a step, and
                one of a test is as good.
        """
        names = self.facts["names"]
        if len(variables_of(model, "metrics")) != len(names["metrics"]):
            model.test_on_batch(*keras.utils.unpack_x_y_sample_weight(batch()))
            set_values(model, self.arrays, names, ("model",))
        set_values(model, self.arrays, names, ("metrics",))

    @property
    def random(self) -> dict[str, np.ndarray]:
        """The `random_state` that was given to `take`."""
        return {
            name.removeprefix(RANDOM): array
            for name, array in self.arrays.items()
            if name.startswith(RANDOM)
        }


def take(
    model: keras.Model,
    callbacks: Sequence[Any],
    random: dict[str, np.ndarray],
    **facts: Any,
) -> Snapshot:
    """All that there is now, with a `random_state` and facts of the caller's."""
    arrays = values_of(model)
    arrays |= {RANDOM + name: array for name, array in random.items()}
    states = [callback_state.state_of(callback) for callback in callbacks]
    packed = callback_state.packed(states, arrays)
    return Snapshot(arrays, {**facts, "names": names_of(model), "callbacks": packed})
