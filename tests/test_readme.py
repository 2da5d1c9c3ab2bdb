"""The README's Python blocks run, and its commands and names are real.

A block that needs a download or a long training says so in its fence,
```python no-run```, and is then only compiled.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FENCE = re.compile(r"^```python( no-run)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def readme():
    return (ROOT / "README.md").read_text(encoding="utf-8")


def blocks():
    text = readme()
    found = []
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        found.append(pytest.param(match[1], match[2], id=f"line {line}"))
    return found


@pytest.mark.parametrize(("no_run", "code"), blocks())
def test_python_block(no_run, code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    compiled = compile(code, "README.md", "exec")
    if not no_run:
        exec(compiled, {"__name__": "__main__"})


def test_blocks_are_found_and_some_run():
    markers = [match[1] for match in FENCE.finditer(readme())]
    assert None in markers


def test_every_make_command_is_a_target():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    commands = set(re.findall(r"^(?:[A-Z]+=\S+ )*make ([a-z]+)", readme(), re.M))
    assert commands >= {"quickstart", "test"}
    assert commands <= targets


def test_every_local_link_and_picture_exists():
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", readme())
    assert links
    missing = [link for link in links if not (ROOT / link).exists()]
    assert not missing
