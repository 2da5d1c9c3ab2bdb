"""The process that writes a file with another backend: reads one job, and ends."""

import importlib
import json
import sys
from pathlib import Path

import keras

from keras_vit.deployment.writing import write_here


def main() -> None:
    """Do the job that comes in as JSON."""
    job = json.load(sys.stdin)
    for module in job["modules"]:
        importlib.import_module(module)
    model = keras.saving.load_model(job["model"], compile=False)
    path = Path(job["path"])
    write_here(model, path, job["format"], job["any_size"], job["names"])


if __name__ == "__main__":
    main()
