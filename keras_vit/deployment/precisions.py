"""Make a float32 file calculate, or keep its weights, in less precision."""

import contextlib
import io
import logging
import os
from collections.abc import Iterator
from pathlib import Path


def lower(path: Path, format: str, precision: str) -> None:
    """Replace a file by one of lower precision.

    - ONNX: ONNX Runtime's float16 conversion, and its dynamic quantization, for which
      nothing has to be calibrated.
    - LiteRT: the same of AI Edge Quantizer; float16 is how weights are kept.
    - OpenVINO: float16 is how weights are kept.
    """
    smaller = path.with_name(f"smaller_{path.name}")
    quantize = {
        ("onnx", "float16"): _onnx_float16,
        ("onnx", "int8"): _onnx_int8,
        ("litert", "float16"): _litert_float16,
        ("litert", "int8"): _litert_int8,
        ("openvino", "float16"): _openvino_float16,
    }[format, precision]
    with _quiet():
        quantize(path, smaller)
    for old in {path, *path.parent.glob(f"{path.stem}.bin")}:
        old.unlink()
    for new in smaller.parent.glob(f"{smaller.stem}.*"):
        os.replace(new, path.with_name(new.name.removeprefix("smaller_")))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without progress bars and advice: the report says what came of it."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            yield
    finally:
        logging.disable(before)


def _onnx_float16(path, smaller) -> None:
    import onnx
    from onnxruntime.transformers import float16

    model = float16.convert_float_to_float16(onnx.load(str(path)), keep_io_types=True)
    onnx.save(model, str(smaller))


def _onnx_int8(path, smaller) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # A scale for each column: with one alone, large columns drown small ones.
    quantize_dynamic(
        str(path),
        str(smaller),
        op_types_to_quantize=["MatMul", "Gemm"],
        per_channel=True,
        weight_type=QuantType.QInt8,
    )


def _litert_float16(path, smaller) -> None:
    from ai_edge_quantizer import qtyping, quantizer

    half = qtyping.TensorQuantizationConfig(
        num_bits=16, dtype=qtyping.TensorDataType.FLOAT
    )
    config = qtyping.OpQuantizationConfig(
        weight_tensor_config=half,
        compute_precision=qtyping.ComputePrecision.FLOAT,
        explicit_dequantize=True,
    )
    casts = quantizer.Quantizer(str(path))
    casts.update_quantization_recipe(
        regex=".*",
        operation_name=qtyping.TFLOperationName.ALL_SUPPORTED,
        op_config=config,
        algorithm_key=quantizer.AlgorithmName.FLOAT_CASTING,
    )
    casts.quantize().export_model(str(smaller))


def _litert_int8(path, smaller) -> None:
    from ai_edge_quantizer import quantizer, recipe

    quantizes = quantizer.Quantizer(str(path), recipe.dynamic_wi8_afp32())
    quantizes.quantize().export_model(str(smaller))


def _openvino_float16(path, smaller) -> None:
    import openvino

    model = openvino.Core().read_model(str(path))
    openvino.save_model(model, smaller, compress_to_fp16=True)
