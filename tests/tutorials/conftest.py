"""The notebooks' tools are installed with the extra "dev" alone."""

import pytest

for package in ("jupytext", "nbclient", "nbformat"):
    pytest.importorskip(package, reason="the notebooks are made with it")
