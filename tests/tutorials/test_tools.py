"""The tool that makes notebooks, on a small one."""

import importlib.util
import json
import os
import subprocess
import sys

import keras
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools.notebooks import execution
from tools.notebooks.checks import problems
from tools.notebooks.generated import EXTRAS, badge, filled, setup_cell
from tools.notebooks.sources import (
    ROOT,
    as_notebook,
    differences,
    repository,
    sources,
)

HEAD = '# %% [markdown]\n# # A line\n#\n# What you will learn.\n\n# %% tags=["setup"]\n'
PICTURE = """
# %%
import matplotlib.pyplot as plt

from keras_vit import teaching

figure, axes = plt.subplots(figsize=(2, 1))
axes.plot([1, 4, 9])
print("in fast mode" if FAST else "in full")
teaching.show(figure, "A curve that rises ever faster.")
"""


def write(folder, *cells, name="01_line"):
    source = folder / f"{name}.py"
    source.write_text(HEAD + "".join(cells), encoding="utf-8")
    return source


def run(folder, *arguments, **variables):
    # The tool does not mind the backend; JAX is the quickest to import.
    backend = "jax" if importlib.util.find_spec("jax") else keras.backend.backend()
    return subprocess.run(
        [sys.executable, "-m", "tools.notebooks", "--folder", folder, *arguments],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": backend, **variables},
        capture_output=True,
        text=True,
        timeout=300,
    )


def executed(source, output=None, **cell):
    """A notebook of one cell that ran."""
    code = new_code_cell(source, execution_count=1, **cell)
    code.outputs = [] if output is None else [output]
    return new_notebook(cells=[code])


def picture(kind="image/png", **metadata):
    return new_output("display_data", data={kind: "abc"}, metadata=metadata)


def text(content):
    return new_output("stream", name="stdout", text=content)


def test_a_good_notebook_has_no_problems():
    output = picture(**{"image/png": {"alt": "A curve that rises."}})
    assert problems(executed("show()", output)) == []
    assert problems(executed("print()", text("0.93, after 3 of 4 epochs"))) == []


GOOD = ["0.93 / 0.94", "shape (2, 3)/tmp", "https://github.com/home/user", "a/b/c"]
BAD = [
    "saved to /tmp/x.png",
    "'/root/x'",
    "(/home/me/data)",
    "C:\\Users\\me",
    "lib/site-packages/keras",
    "http://127.0.0.1:8090/x",
    "/content/drive",
]


@pytest.mark.parametrize("content", GOOD)
def test_what_is_no_path_of_a_machine(content):
    assert problems(executed("print()", text(content))) == []


@pytest.mark.parametrize("content", BAD)
def test_paths_of_a_machine(content):
    (problem,) = problems(executed("print()", text(content)))
    assert "names a place of the machine" in problem


@pytest.mark.parametrize(
    "notebook, problem",
    [
        (executed("show()", picture()), "no alternative text: use teaching.show"),
        (executed("show()", picture("image/svg+xml")), "no alternative text"),
        (
            executed("show()", picture(**{"image/png": {"alt": " "}})),
            "no alternative text",
        ),
        (
            executed("x", new_output("display_data", {"text/html": "<img src='a'>"})),
            "a picture in HTML has no alternative text",
        ),
        (new_notebook(cells=[new_markdown_cell("![](a.png)")]), "no alternative text"),
        (new_notebook(cells=[new_markdown_cell("<img alt=''>")]), "no alternative"),
        (executed("x\n" * 41), "41 lines, more than 40"),
        (new_notebook(cells=[new_markdown_cell("x\n" * 41)]), "41 lines"),
        (
            executed("1 / 0", new_output("error", ename="ZeroDivisionError")),
            "it failed: ZeroDivisionError",
        ),
        (
            executed("x", new_output("stream", name="stderr", text="UserWarning: x")),
            "it warns: UserWarning",
        ),
        (executed("x", text("<Model at 0x7f3a12345678>")), "changes with every run"),
        (
            executed("x", picture("application/vnd.jupyter.widget-view+json")),
            "shows a widget",
        ),
        (new_notebook(metadata={"widgets": {"state": {}}}), "the state of widgets"),
        (executed("x", text("y" * 1_000_001)), "1.00 MB, more than 1"),
        (new_notebook(cells=[new_code_cell("x")]), "as number None, not 1"),
    ],
)
def test_what_no_reader_should_get(notebook, problem):
    found = problems(notebook)
    assert len(found) == 1 and problem in found[0]


def test_this_machines_paths_are_known():
    notebook = executed("x", text(f"wrote {ROOT}/tutorials"))
    (problem,) = problems(notebook, execution.paths_here())
    assert str(ROOT) in problem


def test_badge_and_setup_cell_name_the_repository(tmp_path):
    source = write(tmp_path, "\n# %%\nprint(1)\n")
    content = filled(source)
    assert badge(repository(), "01_line") in content
    assert f'"git+{repository()}"' in content
    assert content.endswith("\n\n# %%\nprint(1)\n")
    source.write_text(content, encoding="utf-8")
    assert filled(source) == content  # nothing changes any more
    moved = filled(source, "https://github.com/somebody/else")
    assert "github/somebody/else/blob/main/tutorials/01_line.ipynb" in moved
    assert repository() not in moved
    source.write_text(moved, encoding="utf-8")
    assert filled(source) == content
    names = [
        "setup" in cell.metadata.get("tags", [])
        for cell in as_notebook(source.read_text()).cells
    ]
    assert names == [False, True, False]


def test_what_a_notebook_needs_beside_is_installed():
    assert "keras-vit-swin[colab] @" in setup_cell(repository())
    assert "keras-vit-swin[colab,formats] @" in setup_cell(repository(), "12_ship_it")
    assert set(EXTRAS) <= {source.stem for source in sources()}


def test_nothing_but_the_title_in_the_header(tmp_path):
    source = tmp_path / "02_x.py"
    source.write_text('# %% [markdown]\n# # X\n\n# %% tags=["setup"]', encoding="utf-8")
    source.write_text(filled(source), encoding="utf-8")
    first, setup = as_notebook(source.read_text()).cells
    assert first.source == f"# X\n\n{badge(repository(), '02_x')}"
    assert setup.source == setup_cell(repository()).rstrip()


@pytest.mark.parametrize("content", ["", "# %%\n1", "# %% [markdown]\n# # X\n"])
def test_a_source_without_title_or_setup_is_refused(tmp_path, content):
    (tmp_path / "01_x.py").write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"01_x\.py must begin with a markdown cell"):
        filled(tmp_path / "01_x.py")


def test_differences_are_found(tmp_path):
    source = write(tmp_path, "\n# %%\nprint(1)\n\n# %%\nprint(2)\n")
    notebook = as_notebook(source.read_text())
    assert differences(as_notebook(source.read_text()), notebook) == []
    notebook.cells[2].source = "print(3)"
    assert "cell 2 differs from its source: ['print(1)']" in differences(
        as_notebook(source.read_text()), notebook
    )
    del notebook.cells[3]
    assert differences(as_notebook(source.read_text()), notebook)[-1].startswith(
        "3 cells, where"
    )


def test_cells_keep_their_names(tmp_path):
    one = "\n# %%\nprint(1)\n"
    first = as_notebook(
        write(tmp_path, one, one, "\n# %%\nprint(2)\n").read_text()
    ).cells
    assert len({cell.id for cell in first}) == len(first)
    more = as_notebook(
        write(tmp_path, one, "\n# %%\nprint(9)\n", one).read_text()
    ).cells
    assert [cell.id for cell in more[:3]] == [cell.id for cell in first[:3]]


def test_native_logs_and_progress_are_settled():
    log = "WARNING: All log messages before absl::InitializeLog() is called\n"
    log += "I0000 00:00:1795666311.348333    9939 port.cc:153] oneDNN\n"
    log += "2026-11-26 04:05:54.123: I tensorflow/core/platform] x\n"
    log += "INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n"
    native = new_output("stream", name="stderr", text=log)
    notebook = executed("x", native)
    notebook.cells[0].outputs.append(text("1 of 2\r2 of 2\nW is a letter\n"))
    execution.tidy(notebook)
    (output,) = notebook.cells[0].outputs
    assert output.text == "2 of 2\nW is a letter\n"


@pytest.mark.slow
@pytest.mark.parametrize("fast", [True, False])
def test_fast_mode_asks_no_hub(fast, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("HF_HUB_CACHE", "of the user")
    asked = ("HF_HUB_OFFLINE", "HF_HUB_CACHE")
    notebook = executed(f"import os\nprint(*[os.environ[name] for name in {asked}])")
    execution.execute(notebook, fast=fast)
    (output,) = notebook.cells[0].outputs
    assert (output.text == "0 of the user\n") != fast
    assert output.text.startswith("1 ") == fast


@pytest.mark.slow
def test_making_twice_writes_the_same_and_checking_writes_nothing(tmp_path):
    source = write(tmp_path, PICTURE)
    checked = run(tmp_path, KERAS_VIT_FAST="1")  # as --check
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "01_line.py: passed" in checked.stdout
    assert os.listdir(tmp_path) == ["01_line.py"]
    assert source.read_text(encoding="utf-8") == HEAD + PICTURE
    written = []
    for _ in range(2):
        made = run(tmp_path, "01", MPLBACKEND="Agg")
        assert made.returncode == 0, made.stdout + made.stderr
        written.append(source.with_suffix(".ipynb").read_bytes())
    assert written[0] == written[1]
    notebook = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    assert problems(notebook) == []
    assert differences(as_notebook(source.read_text()), notebook) == []
    setup, line = (cell for cell in notebook.cells if cell.cell_type == "code")
    assert setup.outputs[0].text.startswith("Keras ")
    stream, image = line.outputs  # one picture, though pyplot made it
    assert stream.text == "in full\n"
    assert image.metadata["image/png"]["alt"] == "A curve that rises ever faster."
    assert "execution" not in json.dumps([cell.metadata for cell in notebook.cells])


@pytest.mark.slow
def test_what_is_wrong_is_told_and_not_written(tmp_path):
    write(tmp_path, "\n# %%\nprint(1)\nassert 1 > 2, 'as was to be seen'\n")
    write(tmp_path, "\n# %%\nimport os\n\nprint(os.getcwd())\n", name="02_place")
    made = run(tmp_path)
    assert made.returncode == 1
    assert "01_line.py: FAILED" in made.stdout
    assert "AssertionError: as was to be seen" in made.stdout
    assert "02_place.py: FAILED" in made.stdout
    assert "names a place of the machine" in made.stdout
    assert not list(tmp_path.glob("*.ipynb"))
    checked = run(tmp_path, "--check", "02")
    assert checked.returncode == 1 and "01_line" not in checked.stdout
