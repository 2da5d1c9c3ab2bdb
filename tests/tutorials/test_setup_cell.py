"""A rehearsal of Colab: the setup cell in a new environment that lacks keras_vit.

The environment sees the packages of this one but keras_vit, as Colab has most of them,
and a stand-in for `google.colab`. The repository is a copy, at a `git+file://` address.
"""

import os
import re
import shutil
import subprocess
import sysconfig
import venv
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from tools.notebooks.generated import setup_cell
from tools.notebooks.sources import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("git"), reason="pip needs git for git+file://"),
]
NEEDED = ("keras_vit", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The Python of a new environment with Colab's module and without keras_vit."""
    root = tmp_path_factory.mktemp("environment")
    venv.create(root, with_pip=True)
    folders = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    shared = root / "shared"
    shared.mkdir()
    for package in (p for folder in folders for p in Path(folder).iterdir()):
        ours = re.match(r"_*(editable.*)?keras_vit", package.name)
        if not ours and package.suffix != ".pth" and package.name != "pip":
            (shared / package.name).symlink_to(package)
    (own,) = root.glob("lib/python*/site-packages")
    (own / "shared.pth").write_text(f"{shared}\n", encoding="utf-8")
    (own / "google" / "colab").mkdir(parents=True)
    for name in ("__init__.py", "output.py"):  # JAX asks for the second
        (own / "google" / "colab" / name).touch()
    return root / "bin" / "python", own


def repository(folder, change=lambda text: text):
    """Put a copy of this repository into a folder and give its address."""
    folder.mkdir()
    for name in NEEDED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    project = folder / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    project.write_text(change(text), encoding="utf-8")
    who = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "All"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return f"file://localhost{folder}"  # older pips ask for a host


def run(python, folder, cell, colab):
    """Run a cell as a kernel does: in Colab its module is there from the beginning."""
    lines = ["import google.colab\n" if colab else "", cell]
    clean = {"PYTHONPATH", "PIP_CONSTRAINT", "PYTHONSAFEPATH"}
    env = {name: value for name, value in os.environ.items() if name not in clean}
    return subprocess.run(
        [python, "-c", "".join(lines)],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=550,
    )


def skip_without_index(done):
    if (
        "Could not find a version that satisfies the requirement hatchling"
        in done.stderr
    ):
        pytest.skip("pip's index cannot be reached")


def test_colab_gets_keras_vit_and_keeps_its_backends(environment, tmp_path):
    python, own = environment
    before = {path.name for path in own.iterdir()}
    cell = setup_cell(repository(tmp_path / "repository"))
    alone = run(python, tmp_path, cell, colab=False)
    assert "No module named 'keras_vit'" in alone.stderr  # installed in Colab alone
    done = run(python, tmp_path, cell + "print(keras_vit.__file__)\n", colab=True)
    skip_without_index(done)
    assert done.returncode == 0, done.stderr[-3000:]
    first, second, place = done.stdout.splitlines()
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    assert first == f"Keras {version('keras')} on {backend} {version(backend)}"
    assert second.startswith("keras_vit ")
    assert Path(place).parent == own / "keras_vit"
    added = {path.name for path in own.iterdir()} - before
    assert {name.split("-")[0] for name in added} == {"keras_vit", "keras_vit_swin"}
    again = run(python, tmp_path, cell.replace("git+", "git+no"), colab=True)
    assert again.returncode == 0, again.stderr[-3000:]  # it is there: nothing to do


def test_colabs_numpy_is_not_changed(environment, tmp_path):
    python, own = environment
    wish = f'"keras>=3.11", "numpy!={np.__version__}"'
    address = repository(
        tmp_path / "repository",
        lambda text: re.sub('"keras>=3.11", "numpy>=[^"]*"', wish, text),
    )
    for installed in own.glob("keras_vit*"):
        shutil.rmtree(installed)
    done = run(python, tmp_path, setup_cell(address), colab=True)
    skip_without_index(done)
    assert "keras_vit could not be installed" in done.stderr
    assert "conflict" in done.stderr and "numpy" in done.stderr
    assert not list(own.glob("numpy*"))
