"""Open an exported file by its own runtime, and compute with it on the processor."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from keras_vit.deployment.formats import format_of

Predict = Callable[[np.ndarray], dict[str, np.ndarray]]


def saved_model(path: Path) -> Predict:
    """A SavedModel in TensorFlow, by the signature `serving_default`."""
    import tensorflow as tf

    loaded = tf.saved_model.load(str(path))

    def predict(images):  # which keeps all that was loaded: a signature alone does not
        outputs = loaded.signatures["serving_default"](images=tf.constant(images))
        return {name: value.numpy() for name, value in outputs.items()}

    return predict


def onnx(path: Path) -> Predict:
    """An ONNX file in ONNX Runtime."""
    session = _onnx_session(path)
    names = [output.name for output in session.get_outputs()]
    return lambda images: dict(
        zip(names, session.run(names, {"images": images}), strict=True)
    )


def _onnx_session(path):
    import onnxruntime

    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def litert(path: Path) -> Predict:
    """A LiteRT file in its interpreter; batches of another size resize its tensors."""
    from ai_edge_litert.interpreter import Interpreter

    # On all cores, as the other runtimes: it would take one.
    interpreter = Interpreter(model_path=str(path), num_threads=os.cpu_count())

    def predict(images):
        entry = interpreter.get_input_details()[0]
        if tuple(entry["shape"]) != images.shape:
            interpreter.resize_tensor_input(entry["index"], images.shape)
        # By the signature, outputs have their names.
        run = interpreter.get_signature_runner("serving_default")
        return run(images=images)

    return predict


def openvino(path: Path) -> Predict:
    """An OpenVINO pair on the processor, in float32."""
    import openvino

    # Else it takes bfloat16 where the processor has it.
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    compiled = openvino.Core().compile_model(str(path), "CPU", exact)

    def predict(images):
        outputs = compiled({"images": images})
        return {output.any_name: outputs[output] for output in compiled.outputs}

    return predict


def torch_program(path: Path) -> Predict:
    """A torch.export program in PyTorch."""
    import torch

    program = torch.export.load(str(path)).module()

    def predict(images):
        with torch.no_grad():
            outputs = program(torch.from_numpy(np.ascontiguousarray(images)))
        return {name: value.numpy() for name, value in outputs.items()}

    return predict


RUNTIMES: dict[str, tuple[str, Callable[[Path], Predict]]] = {
    "tf_saved_model": ("TensorFlow", saved_model),
    "onnx": ("ONNX Runtime", onnx),
    "litert": ("LiteRT", litert),
    "openvino": ("OpenVINO", openvino),
    "torch": ("PyTorch", torch_program),
}


def read_class_names(path: str | Path, format: str | None = None) -> list[str] | None:
    """Read the names of the classes that an exported file carries.

    Args:
        path: of the file, or of a SavedModel's folder.
        format: its name, as in `keras_vit.export`; by default, by `path`'s suffix.

    Returns:
        The names that `export` was given as `class_names`, or None.

    Raises:
        ValueError: If there is no such format, or `path` ends in another's suffix.
        FileNotFoundError: If there is no such file.

    Example (of a file that was exported before):

    ```python no-run
    keras_vit.deployment.read_class_names("vit.onnx")
    ```
    """
    path = Path(path)
    format = format_of(path, format)
    if not path.exists():
        raise FileNotFoundError(f"There is no exported model at '{path}'.")
    text: str | None = None
    if format == "onnx":
        metadata = _onnx_session(path).get_modelmeta().custom_metadata_map
        text = metadata.get("class_names")
    elif format == "openvino":
        import openvino

        model = openvino.Core().read_model(str(path))
        if model.has_rt_info(["class_names"]):
            text = model.get_rt_info(["class_names"]).astype(str)
    elif format == "torch":
        import torch

        files = {"class_names.json": ""}
        torch.export.load(str(path), extra_files=files)
        text = files["class_names.json"]
    else:
        beside = class_names_file(path)
        text = beside.read_text("utf-8") if beside.exists() else None
    return json.loads(text) if text else None


def class_names_file(path: Path) -> Path:
    """Where names stand for a format that holds none: in the folder, or beside."""
    if path.is_dir():
        return path / "assets.extra" / "class_names.json"
    return path.with_suffix(".class_names.json")
