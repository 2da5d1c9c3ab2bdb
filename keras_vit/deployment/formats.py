"""The formats that a model can be exported to: a row each."""

import importlib.util
from pathlib import Path
from typing import NamedTuple

import keras

from keras_vit.arguments import check_choice


class Format(NamedTuple):
    """What is known of a format.

    Attributes:
        suffix: of its file; a SavedModel is a folder and has none.
        backends: that write it; the first if the model is of neither.
        precisions: that its runtime calculates in.
        packages: that write it and read it again, `{module: name for pip}`.
    """

    suffix: str
    backends: tuple[str, ...]
    precisions: tuple[str, ...]
    packages: dict[str, str]


FORMATS = {
    "tf_saved_model": Format("", ("tensorflow",), ("float32",), {}),
    "onnx": Format(
        ".onnx",
        ("tensorflow", "torch"),
        ("float32", "float16", "int8"),
        {"onnx": "onnx", "onnxruntime": "onnxruntime"},
    ),
    "litert": Format(
        ".tflite",
        ("tensorflow",),
        ("float32", "float16", "int8"),
        {"ai_edge_litert": "ai-edge-litert"},
    ),
    "openvino": Format(
        ".xml",
        ("tensorflow", "torch"),
        ("float32", "float16"),
        {"openvino": "openvino"},
    ),
    "torch": Format(".pt2", ("torch",), ("float32",), {}),
}
# What a format needs beside, with a backend or in a precision.
ALSO = {
    ("onnx", "torch"): {"onnxscript": "onnxscript"},
    ("onnx", "tensorflow"): {"tf2onnx": "tf2onnx"},
    ("openvino", "torch"): {"onnx": "onnx", "onnxscript": "onnxscript"},
    ("litert", "float16"): {"ai_edge_quantizer": "ai-edge-quantizer"},
    ("litert", "int8"): {"ai_edge_quantizer": "ai-edge-quantizer"},
}


def format_of(path: Path, name: str | None) -> str:
    """The format that is named, or that the path ends in."""
    if name is not None:
        check_choice("format", name, tuple(FORMATS))
    suffixes = {row.suffix: key for key, row in FORMATS.items()}
    if name is None and path.suffix not in suffixes:
        raise ValueError(
            f"`path` ends in '{path.suffix}', which tells no format. Name one: "
            f"format= one of {', '.join(map(repr, FORMATS))}."
        )
    found = name or suffixes[path.suffix]
    suffix = FORMATS[found].suffix
    if suffix and path.suffix != suffix:
        raise ValueError(
            f"A file of format '{found}' ends in '{suffix}'. Received: path='{path}'"
        )
    return found


def check_precision(name: str, precision: str) -> None:
    """The runtime of the format should know the precision."""
    known = FORMATS[name].precisions
    if precision not in known:
        others = [key for key, row in FORMATS.items() if precision in row.precisions]
        instead = f" It is there in {', '.join(others)}." if others else ""
        raise ValueError(
            f"`precision` of format '{name}' should be one of "
            f"{', '.join(map(repr, known))}. Received: {precision!r}.{instead}"
        )


def writer_of(name: str, precision: str, any_size: bool) -> str:
    """The backend that writes the format: this process's, or another that is there.

    Raises:
        ImportError: that says which packages are missing.
    """
    backends = ("tensorflow",) if any_size else FORMATS[name].backends
    if any_size and "tensorflow" not in FORMATS[name].backends:
        raise ValueError(
            "`any_size=True` needs TensorFlow, which writes no format "
            f"'{name}'. Take one of "
            f"{[n for n, row in FORMATS.items() if 'tensorflow' in row.backends]}."
        )
    here = keras.backend.backend()
    missing: dict[str, list[str]] = {}
    for backend in sorted(backends, key=lambda backend: backend != here):
        missing[backend] = _missing(name, precision, backend)
        if not missing[backend]:
            return backend
    wanted = min(missing.values(), key=len)
    raise ImportError(
        f"Format '{name}' in {precision} needs {', '.join(wanted)}, which cannot be "
        f"found here. `pip install {' '.join(wanted)}`, or everything for export by "
        "`pip install 'keras-vit-swin[export]'`."
    )


def _missing(name: str, precision: str, backend: str) -> list[str]:
    needed = {backend: backend} | FORMATS[name].packages
    needed |= ALSO.get((name, backend), {}) | ALSO.get((name, precision), {})
    return [
        package
        for module, package in needed.items()
        if importlib.util.find_spec(module) is None
    ]
