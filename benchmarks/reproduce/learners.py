"""How the experiments train: a linear probe, or a whole model."""

import keras
import numpy as np

from keras_vit import training


def linear_probe(features, labels, unit_length: bool = False):
    """Fit one linear layer by logistic regression.

    Args:
        features: (N, D).
        labels: (N,).
        unit_length: bool, each row scaled to length 1; otherwise each column to mean 0
            and deviation 1.

    Returns:
        A fitted scikit-learn pipeline of a scaler and the regression.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import Normalizer, StandardScaler

    scaler = Normalizer() if unit_length else StandardScaler()
    strength = 10.0 if unit_length else 0.1
    regression = LogisticRegression(C=strength, max_iter=2000)
    return make_pipeline(scaler, regression).fit(features, labels)


def train(model, images, labels, epochs, batch_size, rate, weight_decay=0.05) -> None:
    """Train a model of logits by AdamW, a tenth of the steps to warm up, a cosine."""
    steps = epochs * -(-len(images) // batch_size)
    schedule = training.WarmupCosine(rate, steps, steps // 10)
    model.compile(
        training.AdamW(schedule, weight_decay),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(images, labels, batch_size=batch_size, epochs=epochs, verbose=0)


def accuracy(model, images, labels) -> float:
    """What part of the answers is right."""
    logits = model.predict(images, batch_size=100, verbose=0)
    return float(np.mean(logits.argmax(axis=-1) == labels))
