"""What every tutorial begins with: the badge that opens it in Colab, the setup cell.

Both name the repository, so they are written into the sources from its one address.
"""

import re
from pathlib import Path

from tools.notebooks.sources import repository

SETUP = '# %% tags=["setup"]'
TITLE = "# %% [markdown]\n# # "
BADGE = "# [![Open in Colab]"
CELL = re.compile(r"^(?=# %%)", re.M)
# What a notebook needs in Colab beside the extra "colab".
EXTRAS = {"12_ship_it": "formats"}

SETUP_CELL = """\
# Where the notebook runs. In Colab this installs keras_vit from its repository, and
# leaves the TensorFlow, JAX, PyTorch and NumPy that are there as they are. On its TPUs,
# where TensorFlow is missing, JAX computes, and TensorFlow reads images on the CPU.
import importlib
import logging
import os
import subprocess
import sys
from importlib.metadata import distributions
from importlib.util import find_spec

in_colab = "google.colab" in sys.modules
on_tpu = in_colab and find_spec("tensorflow") is None
os.environ.setdefault("KERAS_BACKEND", "jax" if on_tpu else "tensorflow")  # or "torch"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
FAST = os.environ.get("KERAS_VIT_FAST") == "1"  # less of everything, for the tests

if in_colab and find_spec("keras_vit") is None:
    kept = {"jax", "jaxlib", "keras", "numpy", "protobuf", "tensorflow", "torch"}
    with open("versions.txt", "w") as file:
        for package in distributions():
            if package.name in kept:
                file.write(f"{package.name}=={package.version}\\n")
    repository = "git+ADDRESS"
    command = [sys.executable, "-m", "pip", "install", "-c", "versions.txt"]
    command += [f"keras-vit-swin[EXTRAS] @ {repository}"]
    command += ["tensorflow-cpu"] * on_tpu
    pip = subprocess.run(command, capture_output=True, text=True)
    if pip.returncode:
        raise RuntimeError(f"keras_vit could not be installed:\\n{pip.stderr}")
    importlib.invalidate_caches()

import keras

import keras_vit

backend = importlib.import_module(keras.backend.backend())
logging.getLogger("tensorflow").setLevel("ERROR")  # it says how often it compiles
print(f"Keras {keras.__version__} on {backend.__name__} {backend.__version__}")
print(f"keras_vit {keras_vit.__version__}")
"""


def setup_cell(address: str, name: str = "") -> str:
    """The setup cell's code, which installs from this address in Colab."""
    extras = ",".join(filter(None, ["colab", EXTRAS.get(name)]))
    return SETUP_CELL.replace("ADDRESS", address).replace("EXTRAS", extras)


def badge(address: str, name: str) -> str:
    """Markdown of the badge that opens the notebook of this name in Colab."""
    place = address.replace("https://github.com/", "")
    return (
        "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
        f"(https://colab.research.google.com/github/{place}/blob/main/tutorials/"
        f"{name}.ipynb)"
    )


def filled(source: Path, address: str | None = None) -> str:
    """The text of a source with its badge and its setup cell as they should be.

    Raises:
        ValueError: If there is no title or no cell with the tag "setup".
    """
    address = address or repository()
    start, *cells = CELL.split(source.read_text(encoding="utf-8"))
    setups = [i for i, cell in enumerate(cells) if cell.split("\n")[0] == SETUP]
    if not cells or not cells[0].startswith(TITLE) or len(setups) != 1:
        raise ValueError(
            f"{source.name} must begin with a markdown cell whose first line is the "
            f"title, '# # ...', and have one cell {SETUP}, which may be empty."
        )
    cells[0] = _with_badge(cells[0], badge(address, source.stem))
    cells[setups[0]] = f"{SETUP}\n{setup_cell(address, source.stem)}\n"
    return start + "".join(cells).rstrip("\n") + "\n"


def _with_badge(cell: str, markdown: str) -> str:
    kind, title, *lines = cell.rstrip("\n").split("\n")
    lines = [line for line in lines if not line.startswith(BADGE)]
    while lines and lines[0] == "#":
        del lines[0]
    rest = ["#", *lines] if lines else []
    return "\n".join([kind, title, "#", f"# {markdown}", *rest]) + "\n\n"
