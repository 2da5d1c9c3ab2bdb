"""Files for other runtimes, each opened by its own and held against the model.

A backend writes its formats here; what another process writes has one test, since all
that differs is who starts it.
"""

import sys

import keras
import numpy as np
import pytest

import keras_vit
from keras_vit.deployment import export, read_class_names
from tests.deployment.small import NAMES, swin, vit

pytest.importorskip("onnxruntime", reason="the extra `export` is not installed")

BACKEND = keras.backend.backend()
SUFFIXES = {
    "tf_saved_model": "",
    "onnx": ".onnx",
    "litert": ".tflite",
    "openvino": ".xml",
    "torch": ".pt2",
}
WRITES = {
    "tensorflow": ("tf_saved_model", "onnx", "litert", "openvino"),
    "torch": ("onnx", "openvino", "torch"),
    "jax": (),
}[BACKEND]
MODELS = {"vit": vit, "swin": swin}

# PyTorch's exporter and TensorFlow's converters use what they have deprecated.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("format", WRITES)
def test_a_file_computes_what_the_model_computes(format, name, tmp_path):
    # Pixels in and names out at one of the two, the model as it is at the other.
    serves = name == "swin"
    model = MODELS[name](include_preprocessing=serves)
    path = tmp_path / f"model{SUFFIXES[format]}"
    report = export(
        model,
        path,
        format,
        preprocessing=True if serves else None,
        class_names=NAMES if serves else None,
    )
    assert report.path == path and report.format == format
    assert report.difference <= 1e-5  # `export` has computed it, and would have raised
    assert report.agreement == 1
    assert report.images == 6
    assert report.size == keras_vit.deployment.report.size_of(path)
    assert read_class_names(path, format) == (NAMES if serves else None)
    assert [file for file in tmp_path.iterdir() if file.name[0] == "."] == []


@pytest.mark.skipif(BACKEND != "jax", reason="the others write them here")
def test_another_process_writes(tmp_path):
    report = export(vit(), tmp_path / "saved")
    assert report.runtime == "TensorFlow"
    assert report.difference <= 1e-5
    import tensorflow as tf

    loaded = tf.saved_model.load(str(tmp_path / "saved"))
    signature = loaded.signatures["serving_default"]
    for batch in (1, 5):
        images = np.zeros((batch, 16, 24, 3), "float32")
        assert signature(images=images)["predictions"].shape == (batch, 7)


@pytest.mark.skipif("tf_saved_model" not in WRITES, reason="TensorFlow writes them")
def test_a_saved_model_names_the_likeliest_class(tmp_path):
    import tensorflow as tf

    model = vit()
    export(model, tmp_path / "saved", class_names=NAMES)
    images = np.random.default_rng(3).normal(size=(5, 16, 24, 3)).astype("float32")
    loaded = tf.saved_model.load(str(tmp_path / "saved"))
    names = loaded.signatures["serving_default"](images=images)["class_name"].numpy()
    best = model.predict(images, verbose=0).argmax(axis=1)
    assert [name.decode() for name in names] == [NAMES[i] for i in best]


@pytest.mark.skipif("onnx" not in WRITES, reason="another process writes them")
def test_an_onnx_file_names_the_likeliest_class(tmp_path):
    import onnxruntime

    model = vit()
    export(model, tmp_path / "model.onnx", class_names=NAMES)
    images = np.random.default_rng(3).normal(size=(5, 16, 24, 3)).astype("float32")
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"))
    (names,) = session.run(["class_name"], {"images": images})
    best = model.predict(images, verbose=0).argmax(axis=1)
    assert list(names) == [NAMES[i] for i in best]


@pytest.mark.skipif(BACKEND != "tensorflow", reason="one backend's files are enough")
@pytest.mark.parametrize(
    ("format", "precision", "most"),
    [
        ("onnx", "float16", 1e-2),
        ("onnx", "int8", 1e-1),
        ("litert", "float16", 1e-2),
        ("litert", "int8", 1e-1),
        ("openvino", "float16", 1e-2),
    ],
)
def test_lower_precision_is_smaller_and_near(
    format, precision, most, tmp_path, capsys, caplog
):
    model = vit(hidden_dim=60, mlp_dim=240)  # weights outweigh the graph
    path = tmp_path / f"model{SUFFIXES[format]}"
    whole = export(model, path)
    said = capsys.readouterr(), caplog.messages.copy()
    lower = export(model, path, precision=precision, class_names=NAMES)
    assert (capsys.readouterr(), caplog.messages) == said  # quantizers are not heard
    assert whole.difference < lower.difference < most
    assert lower.precision == precision
    assert lower.size < 0.8 * whole.size
    assert read_class_names(path, format) == NAMES


@pytest.mark.skipif(BACKEND != "tensorflow", reason="TensorFlow alone writes them")
@pytest.mark.parametrize("format", WRITES)
def test_any_size(format, tmp_path):
    # The other way is the model that `resize` makes for that size.
    model = vit(num_register_tokens=2)
    report = export(
        model,
        tmp_path / f"any{SUFFIXES[format]}",
        format,
        any_size=True,
        preprocessing=True,
    )
    assert report.difference <= 1e-5
    assert report.images == 12  # of two sizes


def test_gray_images_are_normalized_as_the_paper_does():
    from keras_vit.deployment.served import served

    model = vit(input_shape=(16, 24, 1))
    pixels = np.random.default_rng(3).integers(0, 256, (2, 16, 24, 1)).astype("uint8")
    expected = model.predict((pixels / 127.5 - 1).astype("float32"), verbose=0)
    outputs = served(model, True).predict(pixels, verbose=0)
    np.testing.assert_allclose(outputs, expected, atol=1e-6)
    with pytest.raises(ValueError, match="images of 1 channels"):
        served(model, ((0.4, 0.5, 0.6), 0.5))


def test_a_sequential_becomes_functional():
    from keras_vit.deployment.served import served

    model = vit()
    around = keras.Sequential([keras.Input((16, 24, 3)), model])
    whole = served(around, None)
    assert not isinstance(whole, keras.Sequential)
    images = np.random.default_rng(3).normal(size=(2, 16, 24, 3)).astype("float32")
    wanted = model.predict(images, verbose=0)
    assert np.array_equal(whole.predict(images, verbose=0), wanted)
    assert tuple(whole.output.shape) == (None, 7)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "bfloat16", "float64"])
def test_other_precisions_become_float32(policy):
    from keras_vit.deployment.served import in_float32

    model = vit(dtype=policy)
    copy = in_float32(model)
    assert {v.dtype for v in copy.trainable_variables} == {"float32"}
    images = np.random.default_rng(3).normal(size=(2, 16, 24, 3)).astype("float32")
    difference = np.abs(
        np.asarray(copy.predict(images, verbose=0), "float32")
        - np.asarray(model.predict(images, verbose=0), "float32")
    ).max()
    assert difference < 0.05
    assert in_float32(copy) is copy


def test_a_file_that_differs_is_not_kept(tmp_path, monkeypatch):
    path = tmp_path / "model.onnx"
    path.write_text("what was there before")
    module = sys.modules["keras_vit.deployment.exporting"]
    monkeypatch.setattr(module, "write", lambda *args: args[1].write_text("new"))
    monkeypatch.setattr(module, "_compare", lambda *args: (0.1, 1.0, 6))
    with pytest.raises(ValueError, match="Nothing was written to"):
        export(vit(), path)
    assert path.read_text() == "what was there before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"path": "a.tensor"}, "ends in '.tensor'"),
        ({"path": "a.onnx", "format": "litert"}, "ends in '.tflite'"),
        ({"format": "tflite"}, "`format` should be one of"),
        ({"precision": "int4"}, "should be one of 'float32'"),
        ({"path": "a.xml", "precision": "int8"}, "It is there in onnx, litert"),
        ({"path": "a.pt2", "any_size": True}, "needs TensorFlow"),
        ({"preprocessing": 3}, "a tag of weights, or a pair"),
        ({"preprocessing": "no_such_tag"}, "no_such_tag"),
        ({"class_names": ["one"]}, "for each column"),
        ({"class_names": [1] * 7}, "should be one str"),
        ({"images": np.zeros((1, 8, 8, 3))}, "as the file takes them"),
    ],
)
def test_arguments(arguments, message, tmp_path):
    arguments = {"path": "a"} | arguments
    arguments["path"] = tmp_path / arguments["path"]
    with pytest.raises(ValueError, match=message):
        export(vit(), **arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: keras.layers.Dense(3), "functional or Sequential"),
        (
            lambda: keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]),
            "images",
        ),
        (lambda: _quantized(), "quantized by Keras"),
        (lambda: _with_lora(), "merge_lora"),
    ],
)
def test_models_that_are_not_exported(make, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        export(make(), tmp_path / "a")


def _of_numbers():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])


def _quantized():
    model = vit()
    model.quantize("int8")
    return model


def _with_lora():
    model = vit()
    keras_vit.training.enable_lora(model)
    return model


def test_what_is_missing_is_named(tmp_path, monkeypatch):
    from keras_vit.deployment import formats

    monkeypatch.setattr(formats.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="pip install .*onnxruntime"):
        export(vit(), tmp_path / "a.onnx")


def test_positions_are_resized_as_weights_are():
    from keras_vit.deployment.any_size import resize_matrix
    from keras_vit.weights.resize_matrices import antialiased_matrix

    for old, new in [(7, 7), (7, 11), (7, 3), (3, 13), (16, 9)]:
        ours = keras.ops.convert_to_numpy(resize_matrix(old, new))
        np.testing.assert_allclose(ours, antialiased_matrix(old, new), atol=2e-6)


@pytest.mark.slow
def test_names_of_no_exported_file(tmp_path):
    with pytest.raises(ValueError, match=r"`format` should be .*Received: 'tensorrt'"):
        read_class_names(tmp_path / "model.onnx", "tensorrt")
    with pytest.raises(FileNotFoundError, match=r"model\.onnx"):
        read_class_names(tmp_path / "model.onnx")
