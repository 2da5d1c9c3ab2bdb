"""The fits that `finetune` is made of."""

import keras

from keras_vit.layers.freezing import inner_layers
from keras_vit.training.freezing import freeze


class Parts:
    """The fits of a fine-tuning, one after another, and their history.

    Args:
        model: that is trained.
        compiled: loss and metrics.
        fitted: arguments of `model.fit`.
    """

    def __init__(self, model, compiled: dict, fitted: dict):
        self.model, self.compiled, self.fitted = model, compiled, fitted
        self.histories: list[keras.callbacks.History] = []

    def probe(self, optimizer, epochs: int) -> None:
        """Train the head alone; what was frozen and what not is then as before."""
        layers = [self.model, *(layer for _, layer, _ in inner_layers(self.model))]
        things = [*layers, *self.model.weights]  # of LoRA's only some are trained
        were_trained = [thing.trainable for thing in things]
        freeze(self.model)
        try:
            self.fit(optimizer, 0, epochs)
        finally:  # the outer ones first: each sets those within
            for thing, was_trained in zip(things, were_trained, strict=True):
                thing.trainable = was_trained

    def fit(self, optimizer, first: int, last: int) -> None:
        """Train what is not frozen, from one epoch to another."""
        self.model.compile(optimizer, **self.compiled)
        history = self.model.fit(initial_epoch=first, epochs=last, **self.fitted)
        self.histories.append(history)

    def history(self) -> keras.callbacks.History:
        """All as one, with the number of the probe's epochs among its `params`."""
        *earlier, history = self.histories
        probed = [epoch for one in earlier for epoch in one.epoch]
        for one in earlier[::-1]:
            for name, values in one.history.items():
                history.history[name] = values + history.history.get(name, [])
        history.epoch = probed + history.epoch
        history.params = {**history.params, "probe_epochs": len(probed)}
        return history
