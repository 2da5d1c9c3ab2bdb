"""The names of the classes go with the file."""

import json
from pathlib import Path

from keras_vit.deployment.runtimes import class_names_file


def add_class_names(path: Path, format: str, names: list[str]) -> None:
    """Write the names into a file, or beside one that holds none.

    An ONNX file also gets an output `class_name`, of the likeliest class.
    """
    text = json.dumps(names, ensure_ascii=False)
    if format == "onnx":
        _onnx(path, names, text)
    elif format == "openvino":
        _openvino(path, text)
    elif format in ("litert", "tf_saved_model"):
        file = class_names_file(path)
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")


def _onnx(path, names, text) -> None:
    import onnx
    from onnx import TensorProto, helper

    model = onnx.load(str(path))
    graph = model.graph
    graph.initializer.append(
        helper.make_tensor(
            "class_names", TensorProto.STRING, [len(names)], [n.encode() for n in names]
        )
    )
    graph.node.extend(
        [
            helper.make_node(
                "ArgMax", ["predictions"], ["likeliest"], axis=-1, keepdims=0
            ),
            helper.make_node("Gather", ["class_names", "likeliest"], ["class_name"]),
        ]
    )
    batch = graph.output[0].type.tensor_type.shape.dim[0].dim_param or "batch"
    graph.output.append(
        helper.make_tensor_value_info("class_name", TensorProto.STRING, [batch])
    )
    entry = model.metadata_props.add()
    entry.key, entry.value = "class_names", text
    onnx.save(model, str(path))


def _openvino(path, text) -> None:
    import openvino

    model = openvino.Core().read_model(str(path))
    model.set_rt_info(text, ["class_names"])
    whole = path.with_name(f"named_{path.name}")
    openvino.save_model(model, whole, compress_to_fp16=False)
    del model  # it reads weights from the old file as long as it lives
    whole.replace(path)
    whole.with_suffix(".bin").replace(path.with_suffix(".bin"))
