"""Write a model of the TensorFlow backend: SavedModel, and what is made from one."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import keras
import tensorflow as tf

from keras_vit.deployment.outputs import named
from keras_vit.layers.freezing import inner_layers
from keras_vit.operations import plain


def write(model: keras.Model, path: Path, format: str, names: list[str] | None) -> None:
    """Write a float32 file.

    Args:
        model: of the TensorFlow backend, with one input.
        path: to be written.
        format: `"tf_saved_model"`, `"onnx"`, `"litert"` or `"openvino"`.
        names: of the classes, which a SavedModel tells of.
    """
    # The runtimes know what the definitions are made of, and no XLA.
    with plain(), _means_as_arrays(model):
        if format == "tf_saved_model":
            _saved_model(model, path, names)
        elif format == "onnx":
            _onnx(model, path)
        else:
            with tempfile.TemporaryDirectory() as folder:
                _saved_model(model, Path(folder), None)
                _from_saved_model(folder, path, format)


@contextlib.contextmanager
def _means_as_arrays(model) -> Iterator[None]:
    """Let graphs hold means as constants: of tensors tf2onnx makes inputs."""
    layers = [
        layer
        for _, layer, _ in inner_layers(model)
        if isinstance(layer, keras.layers.Normalization)
    ]
    tensors = [(layer.mean, layer.variance) for layer in layers]
    for layer, pair in zip(layers, tensors, strict=True):
        layer.mean, layer.variance = map(keras.ops.convert_to_numpy, pair)
    try:
        yield
    finally:
        for layer, pair in zip(layers, tensors, strict=True):
            layer.mean, layer.variance = pair


def _signature(model, names):
    """The model as a function of images of any number."""
    shape = (None, *model.inputs[0].shape[1:])
    images = tf.TensorSpec(shape, model.inputs[0].dtype, name="images")

    @tf.function(input_signature=[images], autograph=False)
    def serve(images):
        outputs = named(model(images, training=False))
        if names is not None:
            best = tf.argmax(outputs["predictions"], axis=-1)
            outputs["class_name"] = tf.gather(tf.constant(names), best)
        return outputs

    return serve


def _saved_model(model, path, names) -> None:
    # Keras's own export keeps each weight twice.
    module = tf.Module()
    module.weights = [variable.value for variable in model.variables]
    module.serve = _signature(model, names)
    signature = module.serve.get_concrete_function()
    tf.saved_model.save(module, str(path), signatures={"serving_default": signature})


def _onnx(model, path) -> None:
    import tf2onnx

    function = _signature(model, None)
    tf2onnx.convert.from_function(
        function,
        input_signature=function.input_signature,
        opset=18,
        output_path=str(path),
    )


def _from_saved_model(folder: str, path: Path, format: str) -> None:
    if format == "litert":
        path.write_bytes(tf.lite.TFLiteConverter.from_saved_model(folder).convert())
        return
    import openvino

    # Half precision is made of it later, where it is asked.
    openvino.save_model(openvino.convert_model(folder), path, compress_to_fp16=False)
