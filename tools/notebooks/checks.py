"""What must not be in a notebook that readers get."""

import re
from collections.abc import Iterator
from typing import Any

import nbformat
from nbformat import NotebookNode

LINES = 40
BYTES = 1_000_000
PLACES = re.compile(
    r"(?<![\w.:/-])/(home|root|tmp|work|Users|var|opt|mnt|private|usr|content)/\w"
    r"|\b[A-Z]:\\\w|site-packages|dist-packages|127\.0\.0\.1|localhost"
)
IDENTITY = re.compile(r"\b0x[0-9a-f]{8,}")
WIDGET = "application/vnd.jupyter.widget-view+json"
# A picture in markdown or HTML that says nothing to those who cannot see it.
SILENT = re.compile(
    r"!\[\s*\]\(|<img(?![^>]*\balt\s*=\s*[\"'][^\"'>]*\w)[^>]*>", re.IGNORECASE
)


def problems(notebook: NotebookNode, paths: list[str] | None = None) -> list[str]:
    """Everything that is wrong with an executed notebook, each as a sentence.

    Args:
        notebook: with outputs.
        paths: more that no output may hold, such as this machine's folders.
    """
    found = []
    size = len(nbformat.writes(notebook).encode())
    if size > BYTES:
        found.append(f"it has {size / 1e6:.2f} MB, more than {BYTES / 1e6:g}")
    if "widgets" in notebook.metadata:
        found.append("it holds the state of widgets")
    count = 0
    for i, cell in enumerate(notebook.cells):
        said = list(_problems_of_source(cell))
        if cell.cell_type == "code":
            count += 1
            if cell.execution_count != count:
                said.append(f"it ran as number {cell.execution_count}, not {count}")
            for output in cell.outputs:
                said += _problems_of_output(output, paths or [])
        found += [f"cell {i} ({_begin(cell)}): {sentence}" for sentence in said]
    return found


def _begin(cell: NotebookNode) -> str:
    lines = cell.source.strip().splitlines() or ["empty"]
    return lines[0][:50]


def _problems_of_source(cell: NotebookNode) -> Iterator[str]:
    lines = len(cell.source.splitlines())
    if lines > LINES:
        yield f"it has {lines} lines, more than {LINES}"
    if cell.cell_type == "markdown" and SILENT.search(cell.source):
        yield "a picture has no alternative text"


def _problems_of_output(output: NotebookNode, paths: list[str]) -> Iterator[str]:
    if output.output_type == "error":
        yield f"it failed: {output.ename}: {output.evalue}"
        return
    if output.output_type == "stream":
        if output.name == "stderr":
            yield f"it warns: {output.text.strip()[:200]}"
        yield from _problems_of_text(output.text, paths)
        return
    for kind, content in output.data.items():
        if kind == WIDGET:
            yield "it shows a widget, which needs a kernel"
        elif kind.startswith("image/"):
            if not _alt(output.metadata, kind):
                yield "a picture has no alternative text: use teaching.show"
        else:
            if kind == "text/html" and SILENT.search(content):
                yield "a picture in HTML has no alternative text"
            is_name_of_picture = kind == "text/plain" and "image/png" in output.data
            if not is_name_of_picture:
                yield from _problems_of_text(str(content), paths)


def _alt(metadata: Any, kind: str) -> str:
    return str(metadata.get(kind, {}).get("alt", "")).strip()


def _problems_of_text(text: str, paths: list[str]) -> Iterator[str]:
    place = PLACES.search(text)
    named = next((path for path in paths if path in text), place and place.group())
    if named:
        yield f"its output names a place of the machine: {named}"
    identity = IDENTITY.search(text)
    if identity:
        yield f"its output changes with every run: {identity.group()}"
