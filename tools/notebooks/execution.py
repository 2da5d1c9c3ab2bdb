"""Running a notebook's cells, and leaving in it what is the same in every run."""

import os
import re
import tempfile
from pathlib import Path

from nbclient import NotebookClient
from nbformat import NotebookNode

SECONDS = 1800  # for one cell: a whole notebook should take less than eight minutes
# What TensorFlow's and XLA's C++ say of a machine, whatever level they are asked for.
NATIVE_LOG = re.compile(
    r"^(WARNING: All log messages before absl"
    r"|INFO: Created TensorFlow Lite XNNPACK delegate"
    r"|[IWE]\d{4} \d\d:\d\d:\d\d"
    r"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]*: [IWE] ).*\n?",
    re.M,
)


def execute(notebook: NotebookNode, fast: bool) -> None:
    """Run all cells in a new kernel, in an empty folder; outputs go into the cells.

    Raises:
        nbclient.exceptions.CellExecutionError: If a cell fails.
    """
    with tempfile.TemporaryDirectory() as place:
        env = {**os.environ, "IPYTHONDIR": os.path.join(place, ".ipython")}
        env.pop("MPLBACKEND", None)  # figures show as they do for a reader
        env["KERAS_VIT_FAST"] = "1" if fast else "0"
        if fast:  # the same everywhere, with a network and a cache or without
            env["HF_HUB_OFFLINE"] = "1"
            env["HF_HUB_CACHE"] = os.path.join(place, ".hub")
        client = NotebookClient(
            notebook,
            timeout=SECONDS,
            kernel_name="python3",
            coalesce_streams=True,
            record_timing=False,
            resources={"metadata": {"path": place}},
        )
        client.execute(env=env)
    tidy(notebook)


def tidy(notebook: NotebookNode) -> None:
    """Leave out what a run says of its machine and its time."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = NotebookNode(
        {"name": "python", "pygments_lexer": "ipython3"}
    )
    for cell in notebook.cells:
        if cell.cell_type == "code":
            for output in cell.outputs:
                if output.output_type == "stream":
                    output.text = _settled(NATIVE_LOG.sub("", output.text))
            cell.outputs = [o for o in cell.outputs if o.get("text") != ""]


def _settled(text: str) -> str:
    """Text as it looks in the end, where lines were written over."""
    return "\n".join(line.split("\r")[-1] for line in text.split("\n"))


def paths_here() -> list[str]:
    """Paths of this machine, which no output should hold."""
    root = Path(__file__).parents[2]
    return [str(root), os.path.expanduser("~") + os.sep, tempfile.gettempdir() + os.sep]
