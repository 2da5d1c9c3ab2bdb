"""How Sphinx makes the pages: `make docs`.

Its source is the whole repository, so that links hold on GitHub and here alike.
"""

import re
import sys
from pathlib import Path

import sphinx.util.inspect

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import docstrings  # noqa: E402
import gallery  # noqa: E402

import keras_vit  # noqa: E402
from tools import public_names  # noqa: E402

project = "keras_vit"
author = copyright = "The keras_vit contributors"
version = release = keras_vit.__version__
root_doc = "docs/index"
include_patterns = [
    "docs/*.md",
    "docs/how_to/*.md",
    "docs/gallery/index.md",
    "docs/api/*.rst",
    "docs/api/reference/*.rst",
    "tutorials/*.ipynb",
    "benchmarks/README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
]
exclude_patterns = [".*", "build", "dist", "tests", "keras_vit", "**/__pycache__"]

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary"]
nb_execution_mode = "off"  # the notebooks are committed with what they put out
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 3
autosummary_generate = True
autosummary_ignore_module_all = False
autodoc_inherit_docstrings = False  # Keras's words for call and build are not ours
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints = "none"  # the texts have them, in words
templates_path = [str(HERE / "site" / "templates")]

html_theme = "pydata_sphinx_theme"
html_title = "keras_vit"
html_static_path = ["site"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_extra_path = ["site/index.html"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": True,
    "footer_start": ["copyright"],
    "footer_end": [],
}
linkcheck_anchors = False
linkcheck_ignore = [r"http://127\.0\.0\.1"]  # a server that the reader starts

FULL_NAMES = {
    full.removeprefix(prefix): full
    for names in public_names.public_names().values()
    for full in names
    for prefix in ("", "keras_vit.", full.rpartition(".")[0] + ".")
}


PAGES = {page.stem for page in HERE.glob("*.md")}
public_names.write_pages(HERE / "api")
gallery.main()


def _to_rst(app, what, name, obj, options, lines):
    """Turn a docstring's Markdown into what Sphinx reads."""

    def link(word):
        full = FULL_NAMES.get(word.removesuffix("()"))
        return None if full == name else full

    lines[:] = docstrings.converted("\n".join(lines), link).split("\n")


def _own_signature(app, what, name, obj, options, signature, returns):
    """Keras's `__new__` hides what a layer takes; its `__init__` tells."""
    if what != "class" or signature != "(*args, **kwargs)":
        return None
    own = sphinx.util.inspect.signature(obj.__init__, bound_method=True)
    words = sphinx.util.inspect.stringify_signature(own, show_annotation=False)
    return words, returns


def _without_missing_pages(app, docname, source):
    """Leave out what leads to a page that a run writes and has not yet written."""
    for page in {"results", "reliability", "deployment", "scaling"} - PAGES:
        text = re.sub(rf"^{page}\n", "", source[0], flags=re.MULTILINE)
        source[0] = re.sub(rf"\[([^\]]+)\]\([./]*(?:docs/)?{page}\.md\)", r"\1", text)


def _with_the_readmes_notebooks(app, docname, source):
    """Show the README's table of notebooks, its links turned to this folder."""
    if docname == "docs/notebooks":
        readme = (HERE.parent / "README.md").read_text(encoding="utf-8")
        rows = re.findall(
            r"^\| <img src=\"docs/(.*?)\".*?alt=\"(.*?)\"> (.*)$", readme, re.M
        )
        table = [f"| ![{alt}]({src}) {text}" for src, alt, text in rows]
        table = ["| Picture | Notebook | Run it |", "|---|---|---|", *table]
        text = "\n".join(table).replace("](tutorials/", "](../tutorials/")
        source[0] = source[0].replace("NOTEBOOKS", text)


def setup(app):
    """Called by Sphinx."""
    app.connect("autodoc-process-signature", _own_signature)
    app.connect("source-read", _without_missing_pages)
    app.connect("source-read", _with_the_readmes_notebooks)
    app.connect("autodoc-process-docstring", _to_rst)
