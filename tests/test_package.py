"""The package as a whole: what importing it costs, its version, its public names."""

import importlib
import importlib.metadata
import inspect
import os
import pkgutil
import re
import subprocess
import sys

import keras
import pytest

import keras_vit

BACKENDS = ("tensorflow", "jax", "torch")
# Loaded when used: importing the package should not pay for them.
HEAVY = ("tensorflow_datasets", "matplotlib", "huggingface_hub", "sklearn", "PIL")
MEASURE = """
import time, keras
start = time.process_time()  # a machine's other work is not ours
import keras_vit
print(time.process_time() - start)
"""
NEWLY_LOADED = """
import sys, keras
before = set(sys.modules)
import keras_vit
print(*sorted(set(sys.modules) - before))
"""
EVERY_MODULE_WITHOUT = """
import sys
class NotInstalled:
    def find_spec(name, *_):
        if name.partition(".")[0] in {missing}:
            raise ModuleNotFoundError(name=name)
sys.meta_path.insert(0, NotInstalled)
from tests.helpers import every_module
print(*(module.__name__ for module in every_module()))
"""
# Rooms with public names of their own.
ROOMS = ("layers", "weights", "data", "training", "inspection", "deployment")


def run_python(code):
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "KERAS_BACKEND": keras.backend.backend()},
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_import_adds_less_than_a_third_of_a_second():
    seconds = [float(run_python(MEASURE)) for _ in range(3)]
    assert min(seconds) < 0.3, seconds


def test_import_loads_no_other_backend_and_nothing_heavy():
    loaded = set(run_python(NEWLY_LOADED).split())
    assert "keras_vit" in loaded
    assert not loaded & {*BACKENDS, *HEAVY}


def test_every_module_loads_where_no_other_backend_is_installed():
    # but TensorFlow, of which the data room is made
    missing = {"jax", "torch"} - {keras.backend.backend()}
    loaded = run_python(EVERY_MODULE_WITHOUT.format(missing=missing)).split()
    for backend in ("tensorflow", "jax", "torch"):
        is_there = f"keras_vit.operations.on_{backend}" in loaded
        assert is_there == (keras.backend.backend() == backend)
    assert "keras_vit.layers.mlp" in loaded


def test_version_agrees_with_the_installed_package():
    try:
        installed = importlib.metadata.version("keras-vit-swin")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("keras_vit runs from its source folder and is not installed")
    assert keras_vit.__version__ == installed


def test_completion_offers_the_public_names_and_nothing_else():
    offered = {name for name in dir(keras_vit) if not name.startswith("__")}
    assert offered == set(keras_vit.__all__)
    assert "data" in offered  # before anybody has used it
    with pytest.raises(AttributeError, match="has no attribute 'ViTB17'"):
        keras_vit.ViTB17  # noqa: B018


def test_type_checkers_and_editors_see_the_models_as_they_are():
    pytest.importorskip("ruff", reason="ruff, which formats the stub, is not installed")
    from tools.stubs import STUB, stub

    assert STUB.read_text(encoding="utf-8") == stub(), "run `make stubs`"


def public_objects():
    modules = [keras_vit]
    for room in pkgutil.iter_modules(keras_vit.__path__):
        if room.name in ROOMS:
            modules.append(importlib.import_module(f"keras_vit.{room.name}"))
    return {
        f"{module.__name__}.{name}": getattr(module, name)
        for module in modules
        for name in module.__all__
    }


def test_every_public_name_exists_and_has_a_docstring():
    bare = [
        name
        for name, value in public_objects().items()
        if (callable(value) or inspect.ismodule(value)) and not inspect.getdoc(value)
    ]
    assert not bare


def test_public_callables_describe_their_arguments():
    bare = []
    for name, value in public_objects().items():
        if not callable(value) or not inspect.signature(value).parameters:
            continue
        if not re.search(r"^\s*Args:", inspect.getdoc(value) or "", re.MULTILINE):
            bare.append(name)
    assert not bare
