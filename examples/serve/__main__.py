"""Start the server: `python -m examples.serve --help`."""

import argparse
import tempfile
from pathlib import Path

import uvicorn

from examples.serve.app import create_app
from examples.serve.models import chosen, small


def main() -> None:
    """Make the ONNX file and serve it until the process is told to end."""
    parser = argparse.ArgumentParser(prog="python -m examples.serve")
    parser.add_argument(
        "--model",
        help="a .keras file, an .onnx file that takes pixels (without attention), or a "
        "name such as ViTB16; without it, the small ViT that comes with keras_vit",
    )
    parser.add_argument(
        "--weights", help="tag of the weights, which says how pictures are prepared"
    )
    parser.add_argument("--class-names", help="a text file with one name a line")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    asked = parser.parse_args()
    names = None
    if asked.class_names:
        names = Path(asked.class_names).read_text("utf-8").splitlines()
    with tempfile.TemporaryDirectory() as folder:  # ONNX Runtime reads it once
        if asked.model is None:
            model = small(Path(folder))
        else:
            model = chosen(asked.model, asked.weights, names, Path(folder))
    print(f"{model.name} on http://{asked.host}:{asked.port}", flush=True)
    uvicorn.run(
        create_app(model), host=asked.host, port=asked.port, log_level="warning"
    )


if __name__ == "__main__":
    main()
