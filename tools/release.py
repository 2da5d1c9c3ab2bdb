"""Try what is to be released as a user would: `make release`.

The wheel goes into a new environment, outside of the repository, where the quickstart
runs: what the wheel forgot is missing then.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tools.public_names import KEPT, all_names, kept_names

ROOT = Path(__file__).parents[1]
SCRIPTS = ("quickstart.py", "quickstart_pictures.py")
IN_SOURCES = ("Makefile", "pyproject.toml", "tests/conftest.py", "docs/index.md")
WHERE = "import keras_vit; print(keras_vit.__version__, keras_vit.__file__)"


def version(root: Path = ROOT) -> str:
    """The version, which keras_vit/__init__.py alone holds."""
    text = (root / "keras_vit" / "__init__.py").read_text(encoding="utf-8")
    (found,) = re.findall(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    return found


def check_changelog(root: Path = ROOT) -> None:
    """See that CHANGELOG.md has a part for the version.

    Raises:
        ValueError: if it has none.
    """
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    if not re.search(rf"^## \[?{re.escape(version(root))}\]?", text, re.MULTILINE):
        raise ValueError(
            f"CHANGELOG.md has no part '## {version(root)}'. Give what is under "
            "'## [Unreleased]' that heading, and begin a new one above it."
        )


def check_names() -> None:
    """See that the list of public names, which tests hold us to, is of this version.

    Raises:
        ValueError: if it is not.
    """
    if changed := set(all_names()) ^ set(kept_names()):
        raise ValueError(
            f"{KEPT.name} and the package differ in {sorted(changed)}. Write it anew "
            "by `python -m tools.public_names`, and look at what changes."
        )


def wheel_of(folder: Path, number: str) -> Path:
    """The wheel of a version, once the source archive beside it is whole.

    Raises:
        ValueError: if there is not one of each, or the archive lacks a file.
    """
    wheels = list(folder.glob(f"*-{number}-py3-none-any.whl"))
    archives = list(folder.glob(f"*-{number}.tar.gz"))
    if len(wheels) != 1 or len(archives) != 1:
        found = sorted(path.name for path in folder.glob("*"))
        raise ValueError(
            f"{folder} should hold one wheel and one .tar.gz of version {number}. "
            f"Found: {found}. Run `make package`."
        )
    with tarfile.open(archives[0]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    if missing := [name for name in IN_SOURCES if name not in names]:
        raise ValueError(f"{archives[0].name} lacks {missing}: see pyproject.toml.")
    return wheels[0]


def run_quickstart(wheel: Path, backend: str) -> None:
    """Install a wheel into a new environment and run the quickstart from it."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    environment["KERAS_BACKEND"] = backend
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = str(folder / "venv" / "bin" / "python")
        install = [python, "-m", "pip", "install", "--disable-pip-version-check", "-q"]
        install += ["--constraint", str(ROOT / "constraints.txt")]
        install += [f"{wheel.resolve()}[{backend},data,plots]"]
        for script in SCRIPTS:
            shutil.copy(ROOT / "tutorials" / script, folder)
        for command in (
            [sys.executable, "-m", "venv", str(folder / "venv")],
            install,
            [python, "-c", WHERE],
            [python, SCRIPTS[0]],
        ):
            subprocess.run(command, cwd=folder, env=environment, check=True)


def main() -> None:
    """Check the archives in a folder and run what is in the wheel."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where `make package` put them")
    parser.add_argument("--backend", default="tensorflow")
    arguments = parser.parse_args()
    check_changelog()
    check_names()
    wheel = wheel_of(arguments.folder, version())
    run_quickstart(wheel, arguments.backend)
    print(f"{wheel.name} works on {arguments.backend}.")


if __name__ == "__main__":
    main()
