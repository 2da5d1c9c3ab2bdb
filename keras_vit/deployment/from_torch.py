"""Write a model of the PyTorch backend: torch.export, and ONNX from its program."""

import json
import logging
import tempfile
import warnings
from pathlib import Path

import keras
import numpy as np
import torch

from keras_vit.deployment.outputs import named
from keras_vit.operations import plain


def write(model: keras.Model, path: Path, format: str, names: list[str] | None) -> None:
    """Write a float32 file.

    Args:
        model: of the PyTorch backend, with one input.
        path: to be written.
        format: `"torch"`, `"onnx"` or `"openvino"`.
        names: of the classes, which a program carries.
    """
    # Converters know what the definitions are made of.
    with plain(), torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of PyTorch's own parts about each other
        program = _program(model)
        if format == "torch":
            files = {"class_names.json": json.dumps(names)} if names else {}
            torch.export.save(program, path, extra_files=files)
        elif format == "onnx":
            _onnx(program, path, list(_outputs(model)))
        else:
            _openvino(program, path, list(_outputs(model)))


class _Images(torch.nn.Module):
    """The model without its parameters, which the program would hold a second time."""

    def __init__(self, model):
        super().__init__()
        # Past PyTorch's list of submodules.
        self.__dict__["call"] = lambda images: model(images, training=False)

    def forward(self, images):
        return named(self.__dict__["call"](images))


def _program(model) -> torch.export.ExportedProgram:
    shape = (2, *model.inputs[0].shape[1:])
    device = model.variables[0].value.device
    images = torch.from_numpy(np.zeros(shape, model.inputs[0].dtype)).to(device)
    batch = torch.export.Dim("batch", min=1)
    return torch.export.export(
        _Images(model),
        (images,),
        dynamic_shapes={"images": {0: batch}},
        strict=False,
    )


def _outputs(model) -> dict:
    return named(model.output)


def _onnx(program, path, outputs) -> None:
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)  # it tells of torchvision, which is not needed
    try:
        converted = torch.onnx.export(
            program,
            dynamo=True,
            verbose=False,
            input_names=["images"],
            output_names=outputs,
        )
    finally:
        log.setLevel(level)
    if converted is None:  # as its type allows
        raise RuntimeError("torch.onnx.export gave no program")
    converted.save(str(path))


def _openvino(program, path, outputs) -> None:
    import openvino

    # By way of ONNX: OpenVINO reads a program too, at several times the time.
    with tempfile.TemporaryDirectory() as folder:
        between = Path(folder) / "model.onnx"
        _onnx(program, between, outputs)
        model = openvino.convert_model(str(between))
        openvino.save_model(model, path, compress_to_fp16=False)
