"""Figures in the prose of the README, the pages and the notebooks stand in a run.

A run is a notebook's output or a table that a benchmark wrote. A figure that was
changed there, or here, alone is found.
"""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
if not (ROOT / "docs").exists():
    pytest.skip("docs/ is not here", allow_module_level=True)
pytestmark = pytest.mark.slow  # nothing here asks a backend

NUMBER = re.compile(r"(?<![\w.])-?\d*\.\d+(?:e-?\d+)?")
# Shares and ratios; what is above one is more often a version.
FIGURE = re.compile(r"(?<![\w.])0?\.\d{2,4}(?![\w]|\.\d)")
NOT_PROSE = re.compile(r"```.*?```|`[^`]*`|\$[^$]*\$|\]\([^)]*\)|<[^>]*>", re.DOTALL)
TUTORIALS = sorted((ROOT / "tutorials").glob("*.ipynb"))

# Page -> where its figures come from.
SOURCES = {
    "README.md": ["tutorials/06_transfer_learning.ipynb", "docs/speed.md"],
    "docs/training.md": ["tutorials/06_transfer_learning.ipynb"],
    "docs/how_to/precision.md": ["docs/speed.md"],
}
# Pages that a benchmark writes, or that say what they measured in a table of their own.
MEASURED = {
    "deployment",
    "parity",
    "reliability",
    "results",
    "scaling",
    "serving",
    "speed",
}
# Figures of no table: where they are from.
ELSEWHERE = {
    "README.md": {
        ".752": "one run of the README's own lines",
        ".071": "chance among 14 classes",
        "0.99": "what `make quickstart` prints",
    },
    "docs/quickstart.md": {"0.99": "what `make quickstart` prints"},
    "04_positions.ipynb": {
        "0.614": "the paper's",
        "0.642": "the paper's",
        "0.640": "the paper's",
    },
    "06_transfer_learning.ipynb": {"0.03": "a difference of two outputs"},
}


def prose(text):
    return NOT_PROSE.sub(" ", text)


def cells(path, kind):
    content = json.loads(path.read_text(encoding="utf-8"))
    return [cell for cell in content["cells"] if cell["cell_type"] == kind]


def put_out(path):
    """All that a notebook's cells have printed."""
    outputs = [o for cell in cells(path, "code") for o in cell["outputs"]]
    lines = [o.get("text", o.get("data", {}).get("text/plain", [])) for o in outputs]
    return "\n".join("".join(line) for line in lines)


def source(name):
    path = ROOT / name
    return put_out(path) if path.suffix == ".ipynb" else path.read_text("utf-8")


def is_said(figure, text):
    """Whether a number of the text is the figure, at its number of decimals."""
    decimals = len(figure.partition(".")[2])
    half = 0.5 * 10**-decimals
    numbers = (float(number) for number in NUMBER.findall(text))
    return any(abs(number - float(figure)) < half * 1.001 for number in numbers)


def missing(name, text, sources):
    explained = ELSEWHERE.get(name, {})
    figures = set(FIGURE.findall(prose(text))) - set(explained)
    return sorted(figure for figure in figures if not is_said(figure, sources))


def test_a_changed_figure_is_found():
    ran = "accuracy 0.8164, loss 1.2e-06"
    assert missing("a page", "It got .816, so .82, with `rate=0.001`.", ran) == []
    assert missing("a page", "It got .817.", ran) == [".817"]
    assert missing("a page", "Version 0.12.0 of $0.123$ got nothing.", ran) == []


PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_figures_of_a_page(page):
    if page.stem in MEASURED or page.parent.name == "gallery":
        return
    name = str(page.relative_to(ROOT))
    sources = "\n".join(source(one) for one in SOURCES.get(name, []))
    assert missing(name, page.read_text(encoding="utf-8"), sources) == [], (
        "name their source in SOURCES, or the page in MEASURED if it is one"
    )


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_figures_of_a_notebook(path):
    text = "\n".join("".join(cell["source"]) for cell in cells(path, "markdown"))
    code = "\n".join("".join(cell["source"]) for cell in cells(path, "code"))
    assert missing(path.name, text, put_out(path) + code) == []


def test_what_the_readme_says_of_speed_is_in_the_table():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = source("docs/speed.md").split("\n\n")[2]
    cells = [cell for row in table.splitlines()[2:] for cell in row.split(" | ")[1:]]
    assert len(cells) == 12
    fastest = sum(cell.startswith("**keras_vit ") for cell in cells)
    assert ("[all twelve cells]" in readme) == (fastest == 12)
    names = {
        name for cell in cells for name in re.findall(r"([\w-]+) \d+(?=[, ])", cell)
    }
    assert ("six other libraries" in readme) == (len(names - {"to"}) == 6)


def test_what_the_readme_says_of_parity_is_in_the_table():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?:ViT|Swin).*", source("docs/parity.md"), re.M)
    logits = [float(row.split(" | ")[3].split(" / ")[0]) for row in rows[:20]]
    (said,) = re.findall(r"\[within ([\de-]+)\]", readme)
    assert len(logits) == 20
    assert float(said) - 1e-6 < max(logits) <= float(said)
