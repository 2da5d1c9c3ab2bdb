"""Small encoders of digits that learn without labels, and then from few."""

import keras

import keras_vit
from benchmarks.reproduce.learners import accuracy, linear_probe, train
from benchmarks.reproduce.sets import few
from keras_vit import training

SCRATCH = "from scratch"


def vit(num_layers: int) -> keras.Model:
    """Digits of 28 pixels to 7 x 7 tokens and a class token."""
    return keras_vit.VisionTransformer(
        input_shape=(28, 28, 1),
        patch_size=4,
        hidden_dim=64,
        num_layers=num_layers,
        num_heads=4,
        mlp_dim=128,
        position_embedding="sincos_2d",
        include_top=False,
    )


def autoencoder(encoder, seed):
    """MAE with a decoder as light as this encoder asks for."""
    sizes = {
        "decoder_hidden_dim": 32,
        "decoder_num_layers": 1,
        "decoder_num_heads": 4,
    }
    return training.MaskedAutoencoder(encoder, target="pixels", seed=seed, **sizes)


WAYS = {
    "masked patch prediction": lambda encoder, seed: training.MaskedPatchPrediction(
        encoder, seed=seed
    ),
    "MAE": autoencoder,
    "SimMIM": lambda encoder, seed: training.SimMIM(encoder, block_size=4, seed=seed),
}


def pretrained(results, key, folder, images) -> keras.Model:
    """An encoder that has learned without labels, trained once and kept.

    Args:
        results: get its last loss.
        key: its way and seed.
        folder: where weights are kept.
        images: to learn from.
    """
    settings = results.settings
    names = ("num_layers", "pictures", "test_size", "epochs", "batch_size", "rate")
    depends = [key["way"].replace(" ", "_"), key["seed"], *(settings[n] for n in names)]
    path = folder / ("_".join(map(str, depends)) + ".weights.h5")
    keras.utils.set_random_seed(key["seed"])
    encoder = vit(settings["num_layers"])
    if key["way"] == SCRATCH:
        return encoder
    if not path.exists():
        results.rows = [r for r in results.rows if not _is_pretraining(r, key)]

    def measure():
        model = WAYS[key["way"]](encoder, key["seed"])
        steps = settings["epochs"] * -(-len(images) // settings["batch_size"])
        rate = training.WarmupCosine(settings["rate"], steps, steps // 10)
        model.compile(training.AdamW(rate, weight_decay=0.05, beta_2=0.95))
        history = model.fit(
            images,
            batch_size=settings["batch_size"],
            epochs=settings["epochs"],
            verbose=0,
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        encoder.save_weights(path)
        return {"loss": float(history.history["loss"][-1])}

    results.measure(measure, **key, learner="pretraining")
    encoder.load_weights(path)
    return encoder


def _is_pretraining(row, key) -> bool:
    return all(row.get(k) == v for k, v in {**key, "learner": "pretraining"}.items())


class Probe:
    """A linear probe on the mean of an encoder's patches."""

    def __init__(self, encoder, data):
        self.encoder, self.data = encoder, data
        self.features = None

    def score(self, count, seed):
        """With some labels of each class."""
        if self.features is None:
            self.features = {
                part: self.encoder.predict(x, batch_size=500, verbose=0)[:, 1:].mean(1)
                for part, (x, _) in self.data.items()
            }
        labels = self.data["train"][1]
        some = few(labels, count, seed)
        probe = linear_probe(self.features["train"][some], labels[some])
        return {"accuracy": probe.score(self.features["test"], self.data["test"][1])}


def tuned(encoder, data, count, seed, settings):
    """The whole model trained with some labels of each class."""
    keras.utils.set_random_seed(seed)
    body = vit(settings["num_layers"])
    body.set_weights(encoder.get_weights())
    pooled = keras_vit.layers.TokenPooling("avg", num_prefix_tokens=1)(body.output)
    model = keras.Model(body.input, keras.layers.Dense(10)(pooled))
    images, labels = data["train"]
    some = few(labels, count, seed)
    batch = min(settings["batch_size"], len(some))
    epochs = max(1, settings["tuned_steps"] // -(-len(some) // batch))
    train(model, images[some], labels[some], epochs, batch, settings["tuned_rate"])
    return {"accuracy": accuracy(model, *data["test"])}
