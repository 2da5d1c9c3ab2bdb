"""What learns from the crops of one seed."""

import keras

from benchmarks.reproduce import small_cnn
from benchmarks.reproduce.encoder import (
    encoder,
    kept_features,
    multiply_adds,
    prepared,
    with_features,
)
from benchmarks.reproduce.learners import accuracy, linear_probe, train
from benchmarks.reproduce.sets import color_histogram, few
from keras_vit import training


class Examples:
    """The crops of one seed, and what learns from some of them."""

    def __init__(self, pool, test, seed, settings, folder):
        self.pool, self.test, self.seed = pool, test, seed
        self.settings, self.folder = settings, folder

    def chosen(self, count):
        """Places in the pool."""
        return few(self.pool.labels, count, self.seed)

    def features(self):
        """Of pool and test."""
        size, weights = self.settings["image_size"], self.settings["weights"]
        names = (
            f"crops_{self.seed}_{len(self.pool.labels)}",
            f"test_crops_{len(self.test.labels)}",
        )
        return [
            kept_features(self.folder, name, part.images, size, weights)
            for name, part in zip(names, (self.pool, self.test), strict=True)
        ]

    def histogram(self, count):
        """Colors alone."""
        pool, test = (color_histogram(x.images) for x in (self.pool, self.test))
        some = self.chosen(count)
        probe = linear_probe(pool[some], self.pool.labels[some])
        return {"accuracy": probe.score(test, self.test.labels)}

    def probe(self, count):
        """Features that were made once."""
        return {"accuracy": self.fitted(count).score(self.features()[1], self.test[1])}

    def fitted(self, count):
        """The probe itself."""
        some = self.chosen(count)
        return linear_probe(self.features()[0][some], self.pool.labels[some])

    def trained(self, method, count):
        """A model of its own."""
        settings, some = self.settings, self.chosen(count)
        size = settings["image_size"]
        images = prepared(self.pool.images[some], size)
        labels = self.pool.labels[some]
        keras.utils.set_random_seed(self.seed)
        epochs, batch = settings["epochs"], settings["batch_size"]
        if method == "fine-tuned":
            model = self.started_at_its_probe(count)
            training.finetune(
                model,
                (images, labels),
                epochs=epochs,
                probe_epochs=0,
                learning_rate=settings["fine_tuning_rate"],
                batch_size=batch,
                verbose=0,
            )
        elif method == "scratch":
            fresh = encoder(size, settings["weights"], fresh=True)
            model = with_head(with_features(fresh))
            train(model, images, labels, epochs, batch, settings["scratch_rate"])
        else:
            model = small_cnn.build(size, classes=14)
            same_cost = multiply_adds(encoder(size, settings["weights"], fresh=True))
            epochs = round(epochs * same_cost / small_cnn.multiply_adds(model))
            train(model, images, labels, epochs, batch, settings["cnn_rate"])
        found = accuracy(model, prepared(self.test.images, size), self.test.labels)
        return {"accuracy": found, "epochs": epochs}

    def started_at_its_probe(self, count):
        """The encoder, and a head that answers as the linear probe does."""
        size, weights = self.settings["image_size"], self.settings["weights"]
        model = with_head(with_features(encoder(size, weights)))
        scaler, regression = (step for _, step in self.fitted(count).steps)
        kernel = (regression.coef_ / scaler.scale_).T
        bias = regression.intercept_ - scaler.mean_ @ kernel
        model.get_layer("head").set_weights([kernel, bias])
        return model


def with_head(model, classes: int = 14):
    """Logits of the classes."""
    head = keras.layers.Dense(classes, kernel_initializer="zeros", name="head")
    return keras.Model(model.input, head(model.output))
