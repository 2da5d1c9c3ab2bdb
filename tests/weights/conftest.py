"""Fixtures of the weights room: small checkpoints of other implementations, a hub."""

import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_vit

REFERENCE = Path(__file__).parents[1] / "reference"
INDEX = json.loads((REFERENCE / "index.json").read_text())
SIZES = {"hidden_dim": 24, "num_layers": 2, "num_heads": 3, "mlp_dim": 40}


@pytest.fixture(scope="session")
def reference():
    """The folder of checkpoints with their expected outputs."""
    return REFERENCE


@pytest.fixture
def build_reference():
    """Build the model of a reference, with changes, without activation."""

    def build(name, **changes):
        config = {**INDEX[name]["config"], **changes}
        kind = config.pop("model")
        shape = tuple(config.pop("image_shape"))
        models = {
            "ViT": keras_vit.VisionTransformer,
            "Swin": keras_vit.SwinTransformer,
        }
        return models[kind](input_shape=shape, classifier_activation=None, **config)

    return build


@pytest.fixture
def small_vit():
    """Build a ViT of 24 channels and 2 blocks; all of its weights are random."""

    def build(**changes):
        arguments = {
            "input_shape": (32, 48, 3),
            "patch_size": 8,
            "classes": 5,
            **SIZES,
            **changes,
        }
        model = keras_vit.VisionTransformer(**arguments)
        random = np.random.default_rng(11)
        for weight in model.weights:
            weight.assign(random.normal(size=weight.shape).astype("float32"))
        return model

    return build


@pytest.fixture
def values():
    """Take the weights of a model as arrays, by path."""

    def take(model):
        return {w.path: keras.ops.convert_to_numpy(w) for w in model.weights}

    return take


def find_hub():
    """The script that serves a model hub on loopback, where there is one."""
    folder = os.environ.get("KERAS_VIT_TEST_HUB")
    beside = Path(__file__).parents[3] / "shared" / "hub"
    script = Path(folder or beside) / "serve.py"
    return script if script.is_file() else None


@pytest.fixture
def start_hub(tmp_path, monkeypatch):
    """Start the loopback hub and point huggingface_hub to it with an empty cache."""
    constants = pytest.importorskip("huggingface_hub.constants")
    script = find_hub()
    if script is None:
        pytest.skip("no loopback hub: set KERAS_VIT_TEST_HUB to its folder")
    servers = []

    def start(**environment):
        server = subprocess.Popen(
            [sys.executable, str(script), "0"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        servers.append(server)
        point_to_hub(monkeypatch, server.stdout.readline().strip(), tmp_path)
        return Path(constants.HF_HUB_CACHE)

    yield start
    for server in servers:
        server.kill()
        server.communicate()


def point_to_hub(monkeypatch, url, cache):
    """Have huggingface_hub ask at a URL and keep its files in a folder."""
    from huggingface_hub import constants

    template = url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "ENDPOINT", url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_PROGRESS_BARS", True)
