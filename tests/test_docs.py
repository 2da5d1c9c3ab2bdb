"""The pages: every public name has one, docstrings become what Sphinx reads."""

import importlib.util
import re
from pathlib import Path

import pytest

import keras_vit
from tools import public_names
from tools.site import faults

ROOT = Path(__file__).parents[1]


def module_of_the_docs(name):
    path = ROOT / "docs" / f"{name}.py"
    if not path.exists():
        pytest.skip("docs/ is not here")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_public_name_is_on_a_page(tmp_path):
    public_names.write_pages(tmp_path)
    written = "".join(page.read_text() for page in tmp_path.glob("*.rst"))
    lines = set(written.splitlines())
    rooms = {"data", "inspection", "layers", "training"}
    for name in set(keras_vit.__all__) - {*rooms, "deployment"}:
        assert f"   ~keras_vit.{name}" in lines
    for room in rooms:
        for name in getattr(keras_vit, room).__all__:
            assert f"   ~keras_vit.{room}.{name}" in lines


def test_no_public_name_has_gone():
    # New ones join the list with a release: `python -m tools.public_names`.
    kept = public_names.kept_names()
    assert len(kept) > 100
    assert set(kept) <= set(public_names.all_names())


def test_the_gallery_shows_what_notebooks_drew(tmp_path, monkeypatch):
    gallery = module_of_the_docs("gallery")
    monkeypatch.setattr(gallery, "FOLDER", tmp_path / "gallery")
    gallery.main()
    text = (tmp_path / "gallery" / "index.md").read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^\]]{20,}\]\((\w+\.png)\)", text)
    assert len(shown) == len(gallery.CHOSEN)
    for name in shown:
        assert (tmp_path / "gallery" / name).read_bytes().startswith(b"\x89PNG")


DOCSTRING = """A thing of [a paper](https://arxiv.org/abs/1) and `Other`.

Two ways: | is no table.

| | `a` |
|---|---|
| x | y |

Args:
    first: int, what `it`
        is.
    *more: others.

Returns:
    What: it is.

Raises:
    ValueError: for `bad`.

Example (slow):

```python no-run
call(`x`)
```
"""
RST = """A thing of `a paper <https://arxiv.org/abs/1>`__ and :py:obj:`Other <m.Other>`.

Two ways: | is no table.


.. list-table::
   :header-rows: 1

   * -
     - ``a``
   * - x
     - y


:param first: int, what ``it``
    is.
:param \\*more: others.


:returns: What: it is.


:raises ValueError: for ``bad``.


.. rubric:: Example (slow)


.. code-block:: python

    call(`x`)
"""


def test_a_docstring_becomes_what_sphinx_reads():
    convert = module_of_the_docs("docstrings").converted
    found = convert(DOCSTRING, {"Other": "m.Other"}.get)
    no_blanks = [line.rstrip() for line in found.splitlines() if line.strip()]
    assert no_blanks == [line for line in RST.splitlines() if line]


def test_a_link_that_leads_nowhere_is_found(tmp_path):
    (tmp_path / "b.html").write_text('<h1 id="here"><img src="c.png"></h1>')
    (tmp_path / "c.png").touch()
    good = '<a href="b.html#here">b</a><a href="https://x.org/">x</a><a href="#">a</a>'
    (tmp_path / "a.html").write_text(good)
    assert faults(tmp_path) == ["b.html: no alt text: c.png"]
    (tmp_path / "a.html").write_text("<tr><th> <p></p></th><th><p>x</p></th></tr>")
    assert faults(tmp_path)[0] == "a.html: a table's header is empty"
    assert len(faults(tmp_path)) == 2
    bad = '<a href="b.html#there">b</a><a href="d.html">d</a>'
    (tmp_path / "a.html").write_text(bad)
    found = faults(tmp_path)
    assert found[:2] == [
        "a.html: b.html#there leads nowhere",
        "a.html: d.html leads nowhere",
    ]
