"""The README's and the docs' Python blocks run; their commands and names are real.

A block that needs a download or a long training says so in its fence,
```python no-run```, and is then only compiled.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```python( no-run)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)|src=\"(?!https?://)([^\"]+)")


def text_of(page):
    return page.read_text(encoding="utf-8")


def short(page):
    return str(page.relative_to(ROOT))


def blocks():
    found = []
    for page in PAGES:
        text = text_of(page)
        for match in FENCE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            name = f"{short(page)} line {line}"
            # The README's on every backend; those of the pages are many.
            marks = () if page == README or match[1] else pytest.mark.slow
            found.append(pytest.param(match[1], match[2], id=name, marks=marks))
    return found


@pytest.mark.parametrize(("no_run", "code"), blocks())
def test_python_block(no_run, code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    compiled = compile(code, "a page", "exec")
    if not no_run:
        exec(compiled, {"__name__": "__main__"})


def test_blocks_are_found_and_some_run():
    assert len(PAGES) > 5
    markers = [match[1] for match in FENCE.finditer(text_of(README))]
    assert None in markers


def test_every_make_command_is_a_target():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = r"(?:^|`)(?:[A-Z]+=\S+ )*make ([a-z-]+)"
    for page in PAGES:
        commands = set(re.findall(named, text_of(page), re.M))
        assert commands <= targets, short(page)
        if page == README:
            assert commands >= {"quickstart", "test"}


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_every_local_link_and_picture_exists(page):
    links = [one or other for one, other in LINK.findall(text_of(page))]
    missing = [link for link in links if not (page.parent / link).exists()]
    assert not missing


def test_the_readme_is_short():
    assert text_of(README).count("\n") <= 150


def test_the_readme_shows_notebooks_with_picture_and_badge():
    pytest.importorskip("jupytext", reason="the extra `dev` is not installed")
    from tools.notebooks.generated import badge
    from tools.notebooks.sources import repository, sources

    rows = [line for line in text_of(README).splitlines() if "colab-badge" in line]
    names = {source.stem for source in sources()}
    for row in rows:
        (name,) = set(re.findall(r"\((?:\S*/)?tutorials/(\w+)\.ipynb\)", row))
        names.remove(name)  # once
        assert badge(repository(), name) in row
        assert f'src="docs/images/notebooks/{name[:2]}.png"' in row
    assert not names, "notebooks that the README does not tell of"
