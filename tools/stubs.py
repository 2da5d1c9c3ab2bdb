"""Write keras_vit/applications.pyi, by which editors and type checkers see the models.

The variants' functions come out of a table when the package is imported, where no
editor finds them. The stub spells them out: arguments, types and docstrings.
"""

import inspect
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

from keras_vit import applications

STUB = Path(applications.__file__).with_suffix(".pyi")
HEAD = '''"""The public models, as editors and type checkers see them.

`make stubs` writes this file from applications.py and the table of variants.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import keras

'''


def stub() -> str:
    """The text of the stub, as ruff formats it."""
    functions = [getattr(applications, name) for name in applications.__all__]
    names = "".join(f'    "{name}",\n' for name in applications.__all__)
    text = f"{HEAD}__all__ = [\n{names}]\n\n" + "\n".join(map(declaration, functions))
    ruff = [sys.executable, "-m", "ruff", "format", "--stdin-filename", STUB.name, "-"]
    return subprocess.run(
        ruff, input=text, capture_output=True, check=True, encoding="utf-8"
    ).stdout


def declaration(function: Callable) -> str:
    """A function's head, whose types applications.py gives as text, and docstring."""
    signature = inspect.signature(function)
    arguments = []
    for argument in signature.parameters.values():
        if argument.kind == argument.KEYWORD_ONLY and "*" not in arguments:
            arguments.append("*")
        default = argument.default
        value = "" if default is argument.empty else f" = {default!r}"
        arguments.append(f"{argument.name}: {argument.annotation}{value}")
    head = f"def {function.__name__}({', '.join(arguments)},)"
    body = textwrap.indent(f'"""{inspect.getdoc(function)}\n"""', "    ")
    return f"{head} -> {signature.return_annotation}:\n{body}\n"


if __name__ == "__main__":
    STUB.write_text(stub(), encoding="utf-8")
