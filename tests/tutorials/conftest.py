"""Where the tools that make notebooks are not installed, there is nothing to test."""

from importlib.util import find_spec

NEEDED = ("ipykernel", "jupytext", "nbclient", "nbformat")  # of the extra "dev"

if not all(map(find_spec, NEEDED)):
    collect_ignore_glob = ["test_*.py"]
