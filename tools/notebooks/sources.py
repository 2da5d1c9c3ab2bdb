"""The tutorials' sources, and the notebooks that are made of them."""

import hashlib
import tomllib
from pathlib import Path

import jupytext
from nbformat import NotebookNode

ROOT = Path(__file__).parents[2]
TUTORIALS = ROOT / "tutorials"
PYTHON = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}


def sources(folder: Path = TUTORIALS) -> list[Path]:
    """The tutorials' sources, in the order of their numbers."""
    return sorted(folder.glob("[0-9][0-9]_*.py"))


def repository() -> str:
    """The repository's address, which stands in pyproject.toml alone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return project["project"]["urls"]["Repository"].rstrip("/")


def as_notebook(text: str) -> NotebookNode:
    """The notebook of a source's text, not yet executed."""
    notebook = jupytext.reads(text, fmt="py:percent")
    notebook.metadata = NotebookNode(PYTHON)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        tags = cell.metadata.get("tags")
        cell.metadata = NotebookNode({"tags": tags} if tags else {})
        # Of the text, so that a cell keeps its name when others come and go.
        name = hashlib.sha256(cell.source.encode()).hexdigest()[:12]
        seen[name] = seen.get(name, 0) + 1
        cell.id = name if seen[name] == 1 else f"{name}-{seen[name]}"
    return notebook


def differences(source: NotebookNode, notebook: NotebookNode) -> list[str]:
    """What a committed notebook says otherwise than its source."""
    ours = [(cell.cell_type, cell.source) for cell in source.cells]
    theirs = [(cell.cell_type, cell.source) for cell in notebook.cells]
    found = [
        f"cell {i} differs from its source: {a[1].strip().splitlines()[:1]}"
        for i, (a, b) in enumerate(zip(ours, theirs, strict=False))
        if a != b
    ]
    if len(ours) != len(theirs):
        found.append(f"{len(theirs)} cells, where the source has {len(ours)}")
    return found
