"""What the project's texts tell people to do can be done."""

import re
import tomllib
from pathlib import Path

import pytest

import keras_vit

ROOT = Path(__file__).parents[1]
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PYPROJECT)["project"]
WRITTEN = [
    path
    for pattern in (
        "*.md",
        "docs/**/*.md",
        "keras_vit/**/*.py*",
        "tutorials/*.*",
        "benchmarks/**/*.*",
    )
    for path in ROOT.glob(pattern)
    if path.suffix in (".py", ".pyi", ".md", ".ipynb")
]
INSTALLS = [
    pytest.param(match[1], id=f"{path.relative_to(ROOT)} {match[1][:40]}")
    for path in WRITTEN
    for match in re.finditer(r"pip install ([^\n]*)", path.read_text(encoding="utf-8"))
]


def test_commands_are_found():
    assert len(WRITTEN) > 100
    assert len(INSTALLS) > 5


@pytest.mark.parametrize("command", INSTALLS)
def test_an_install_command_works_as_it_stands(command):
    # zsh takes a bare [data] for a pattern of file names, and runs nothing.
    for before, extras in re.findall(r"(\S*)\[([a-z,]+)\]", command):
        assert re.match(r"\\?[\"']", before), f"quote the extra in: {command}"
        assert set(extras.split(",")) <= set(PROJECT["optional-dependencies"])
    # On no index: only where it is installed can pip find it by name, to add an extra.
    assert not re.search(rf"{PROJECT['name']}(?!\[)", command)


def test_contributors_are_shown_every_floor_that_there_is():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| `([\w./]+)` \|", text, re.M)
    package = Path(keras_vit.__file__).parent
    there = {
        path.name + "/" * path.is_dir()
        for path in package.iterdir()
        if path.name != "__init__.py"
        and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    assert set(shown) == there
