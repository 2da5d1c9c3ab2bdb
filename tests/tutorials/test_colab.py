"""What the setup cell asks of pip in Colab, with and without a TPU."""

import importlib.util
import os
import subprocess
import sys
import tomllib
from types import ModuleType, SimpleNamespace

import pytest

from tools.notebooks.generated import EXTRAS, setup_cell
from tools.notebooks.sources import ROOT

pytestmark = pytest.mark.slow  # nothing here asks a backend
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CHOICES = PROJECT["project"]["optional-dependencies"]


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Run the cell's first half where these packages are missing; what pip gets."""

    def run(*missing, name=""):
        commands = []

        def pip(command, **_):
            commands.append(command[4:])
            return SimpleNamespace(returncode=0)

        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("KERAS_BACKEND", raising=False)
        monkeypatch.setitem(sys.modules, "google.colab", ModuleType("colab"))
        monkeypatch.setattr(subprocess, "run", pip)
        monkeypatch.setattr(
            importlib.util, "find_spec", lambda name: None if name in missing else 1
        )
        exec(setup_cell("https://x.org/y", name).split("import keras\n")[0], {})
        return commands

    return run


def test_tensorflow_is_taken_as_it_is(asked):
    (command,) = asked("keras_vit")
    place = "keras-vit-swin[colab] @ git+https://x.org/y"
    assert command == ["-c", "versions.txt", place]
    assert os.environ["KERAS_BACKEND"] == "tensorflow"


def test_on_a_tpu_jax_computes_and_tensorflow_stays_on_the_cpu(asked):
    (command,) = asked("keras_vit", "tensorflow")
    assert command[2:] == [
        "keras-vit-swin[colab] @ git+https://x.org/y",
        "tensorflow-cpu",
    ]
    assert os.environ["KERAS_BACKEND"] == "jax"


def test_what_is_there_is_not_installed_again(asked):
    assert asked() == []


def test_what_colab_computes_with_is_kept(asked, tmp_path):
    asked("keras_vit")
    lines = (tmp_path / "versions.txt").read_text(encoding="utf-8").splitlines()
    kept = {line.partition("==")[0] for line in lines}
    # TensorFlow's files are read by protobuf, which exporters would renew.
    assert {"jax", "keras", "numpy", "protobuf", "tensorflow"} <= kept


def requirements(extra):
    """What an extra brings, through the extras that it names."""
    found = set()
    for wish in CHOICES[extra]:
        name, _, rest = wish.partition("[")
        if name == PROJECT["project"]["name"]:
            for inner in rest.rstrip("]").split(","):
                found |= requirements(inner)
        else:
            found.add(wish.partition(">")[0])
    return found


def test_no_notebook_asks_for_another_tensorflow():
    for extra in {"colab", *EXTRAS.values()}:
        assert "tensorflow" not in requirements(extra)
    assert requirements("tutorials") == requirements("colab") | {"tensorflow"}
    assert requirements("data") == requirements("images") | {"tensorflow"}
    assert requirements("export") == requirements("formats") | {"tensorflow"}
