"""Models come back the same in a fresh process, in each format."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from tests.helpers import array, randomize, relative_difference
from tests.models.small import SHAPES, SMALL

ARGUMENTS = {
    "vit": {
        "num_register_tokens": 2,
        "layer_scale_init": 0.1,
        "position_embedding": "learned_2d",
        "drop_path_rate": 0.1,
        "norm_after_pooling": True,
        "pooling": "avg",
    },
    "swin": {"absolute_position_embedding": True, "drop_path_rate": 0.1},
}

LOAD = """
import sys
import numpy as np
import keras
import keras_vit
from tests.models.small import SMALL
from tests.models.test_saving import ARGUMENTS

name, folder = sys.argv[1:]
x = np.load(f"{folder}/x.npy")
whole = keras.models.load_model(f"{folder}/model.keras", safe_mode=True)
np.save(f"{folder}/whole.npy", whole.predict(x, verbose=0))
built = SMALL[name](**ARGUMENTS[name])
built.load_weights(f"{folder}/model.weights.h5")
np.save(f"{folder}/weights.npy", built.predict(x, verbose=0))
"""

SERVE = """
import sys
import numpy as np
import tensorflow as tf

folder = sys.argv[1]
served = tf.saved_model.load(f"{folder}/served")
outputs = served.serve(np.load(f"{folder}/x.npy"))
np.save(f"{folder}/served.npy", outputs.numpy())
assert "keras_vit" not in sys.modules
"""


def run(script, *arguments):
    """Run Python code in a process of its own."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(params=SMALL)
def saved(request, tmp_path):
    """A model with random weights, its input and its output."""
    model = SMALL[request.param](**ARGUMENTS[request.param])
    randomize(model)
    x = array(2, *SHAPES[request.param])
    np.save(tmp_path / "x.npy", x)
    return request.param, model, model.predict(x, verbose=0), tmp_path


def test_fresh_process_gives_the_same(saved):
    name, model, expected, folder = saved
    model.save(folder / "model.keras")
    model.save_weights(folder / "model.weights.h5")
    run(LOAD, name, folder)
    np.testing.assert_array_equal(np.load(folder / "whole.npy"), expected)
    np.testing.assert_array_equal(np.load(folder / "weights.npy"), expected)


@pytest.mark.skipif(
    keras.backend.backend() == "torch",
    reason="Keras exports SavedModels from TensorFlow and JAX only; on PyTorch, save "
    "a .keras file and export it under KERAS_BACKEND=tensorflow",
)
@pytest.mark.filterwarnings("ignore")  # TensorFlow's and jax2tf's own, while tracing
def test_exported_model_serves_the_same(saved):
    _, model, expected, folder = saved
    model.export(folder / "served", format="tf_saved_model", verbose=False)
    run(SERVE, folder)
    assert relative_difference(np.load(folder / "served.npy"), expected) < 1e-5
