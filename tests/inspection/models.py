"""Models to look into: alone, loaded, fine-tuned, nested."""

import keras
import numpy as np

from tests.helpers import array
from tests.models.small import SHAPES, SMALL


def scattered(model, seed=5):
    """Random weights, so that nothing hides behind zeros or symmetry."""
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        if "seed" not in weight.name:
            weight.assign(0.4 * rng.normal(size=weight.shape).astype("float32"))
    return model


def backbone(kind, **arguments):
    """A small model of a kind with random weights."""
    return scattered(SMALL[kind](**{"classifier_activation": None, **arguments}))


def images(kind, count=2, seed=3):
    """Images that the small model of a kind takes."""
    return array(count, *SHAPES[kind], seed=seed)


def loaded(kind, folder):
    path = folder / "model.keras"
    backbone(kind).save(path)
    return keras.models.load_model(path)


def fine_tuned(kind, folder):
    """A new head on the tensors of a model, after a step of training."""
    body = backbone(kind, include_top=False, pooling="avg")
    model = keras.Model(body.input, keras.layers.Dense(7)(body.output))
    model.compile("sgd", _loss, run_eagerly=True)
    model.train_on_batch(images(kind), np.zeros((2, 7), "float32"))
    return model


def _loss(y_true, y_pred):  # one that cannot be saved
    return keras.ops.mean(keras.ops.square(y_true - y_pred))


def functional(kind, folder):
    body = backbone(kind, include_top=False, pooling="avg")
    image = keras.Input(SHAPES[kind], name="photograph")
    x = image / 2.0
    return keras.Model(image, keras.layers.Dense(7)(body(x, training=False)))


def sequential(kind, folder):
    """Without an Input: it is built when it meets images."""
    body = backbone(kind, include_top=False, pooling="avg")
    halve = keras.layers.Rescaling(0.5)
    return keras.Sequential([halve, body, keras.layers.Dense(7)])


def twice_nested(kind, folder):
    inner = functional(kind, folder)
    return keras.Sequential([keras.Input(SHAPES[kind]), inner, keras.layers.ReLU()])


MAKERS = {
    "alone": lambda kind, folder: backbone(kind),
    "loaded": loaded,
    "fine_tuned": fine_tuned,
    "functional": functional,
    "sequential": sequential,
    "twice_nested": twice_nested,
}
# Those that show half of each pixel's value to the model that they hold.
HALVING = ("functional", "sequential", "twice_nested")


def held(wrapping, kind, folder):
    """A model that holds a backbone, and images: those that it gets, and its own.

    The backbone has the weights of `backbone(kind)`, but for those that were trained.
    """
    model, outer = MAKERS[wrapping](kind, folder), images(kind)
    return model, outer, outer / 2 if wrapping in HALVING else outer
