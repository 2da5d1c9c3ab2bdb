"""What it costs to look: run by itself, `python -m tests.inspection.test_cost`."""

import time

import keras
import numpy as np
import pytest

import keras_vit
from keras_vit import inspection

MODELS = {"vit": keras_vit.ViTS16, "swin": keras_vit.SwinT}


def forward_passes(kind, rounds=9):
    """How many forward passes the attention maps of one image take, once compiled.

    By processor time, and the fastest of several rounds in turns: what else runs can
    only add.
    """
    model = MODELS[kind](classes=10)
    image = np.random.default_rng(0).random((1, 224, 224, 3), dtype="float32")
    calls = (
        lambda: model.predict_on_batch(image),
        lambda: inspection.attention_maps(model, image),
    )
    seconds = np.full((rounds, len(calls)), np.inf)
    for call in calls:
        call()
    for row in seconds:
        for column, call in enumerate(calls):
            start = time.process_time()
            call()
            row[column] = time.process_time() - start
    forward, maps = seconds.min(axis=0)
    return maps / forward


@pytest.mark.slow
@pytest.mark.parametrize("kind", MODELS)
def test_maps_of_an_image_cost_at_most_one_and_a_half_forward_passes(kind):
    assert forward_passes(kind) <= 1.5


if __name__ == "__main__":
    for kind in MODELS:
        print(keras.backend.backend(), kind, round(forward_passes(kind), 2))
