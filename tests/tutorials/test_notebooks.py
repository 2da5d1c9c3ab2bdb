"""Every committed notebook is what its source says, whole, and fit to be read."""

import re

import nbformat
import pytest

from tools.notebooks.checks import problems
from tools.notebooks.generated import filled
from tools.notebooks.sources import TUTORIALS, as_notebook, differences, sources

SOURCES = [pytest.param(source, id=source.stem) for source in sources()]


@pytest.mark.parametrize("source", SOURCES)
def test_badge_and_setup_cell_are_those_of_the_repository(source):
    assert source.read_text(encoding="utf-8") == filled(source), "run `make notebooks`"


@pytest.mark.parametrize("source", SOURCES)
def test_the_notebook_agrees_with_its_source(source):
    notebook = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    assert not differences(as_notebook(source.read_text(encoding="utf-8")), notebook), (
        "run `make notebooks`"
    )


@pytest.mark.parametrize("source", SOURCES)
def test_the_notebook_is_fit_to_be_read(source):
    notebook = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    nbformat.validate(notebook)
    assert problems(notebook) == []


@pytest.mark.parametrize("source", SOURCES)
def test_the_parts_that_every_tutorial_has(source):
    cells = as_notebook(source.read_text(encoding="utf-8")).cells
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    for part in ("learn", "need", "CPU", "GPU"):
        assert part in texts[0], f"the header does not say: {part}"
    whole = "\n".join(texts)
    assert "What you see" in whole
    assert "What this does not show" in texts[-1] + texts[-2]
    assert len(re.findall(r"Exercise \d|^\d\. \*\*", whole, re.M)) >= 3
    assert (TUTORIALS / "solutions" / source.name).exists()


def test_every_notebook_has_a_source():
    names = {source.stem for source in sources()}
    assert {path.stem for path in TUTORIALS.glob("*.ipynb")} <= names
    solutions = {path.stem for path in (TUTORIALS / "solutions").glob("*.py")}
    assert solutions <= names


def test_tutorials_are_numbered_once():
    numbers = [source.name[:2] for source in sources()]
    assert len(set(numbers)) == len(numbers)
