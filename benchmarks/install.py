"""Install the peers into this environment: `python -m benchmarks.install`.

A peer that does not install is named and left out. Whatever the peers ask for, the
frameworks stay as they are, so that everybody is measured on the same ones. (pip's
settings choose the builds: PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu
gets PyTorch without CUDA.)
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.contenders import CONTENDERS, OURS
from benchmarks.machine import LIBRARIES, installed_version

ROOT = Path(__file__).parent.parent
OURSELVES = (f"--editable={ROOT}[tensorflow,jax,torch,plots]",)


def main() -> None:
    """Install keras_vit with all backends, then one peer after another."""
    # torchvision fits one version of PyTorch alone: pip has to choose them together.
    if _pip(*OURSELVES, "torchvision") and _pip(*OURSELVES):
        sys.exit("keras_vit and its backends did not install: see pip's message.")
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder) / "constraints.txt"
        pins = [(name, installed_version(name)) for name in LIBRARIES]
        constraints.write_text("".join(f"{name}=={v}\n" for name, v in pins if v))
        for name, module in CONTENDERS.items():
            if name == OURS:
                continue
            requirements = getattr(module, "REQUIREMENTS", (module.DISTRIBUTION,))
            if _pip("--constraint", str(constraints), *requirements):
                print(f"{name} did not install and is left out.", flush=True)


def _pip(*arguments: str) -> int:
    print("pip install", *arguments, flush=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet"]
    return subprocess.run([*command, *arguments], check=False).returncode


if __name__ == "__main__":
    main()
