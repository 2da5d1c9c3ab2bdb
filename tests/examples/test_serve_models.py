"""What is served, from a file or a model."""

import numpy as np
import pytest

import keras_vit

pytest.importorskip("onnxruntime", reason="the extra `serve` is not installed")

from examples.serve import models

pytestmark = pytest.mark.slow  # the same on every backend


def small_vit(**more):
    return keras_vit.VisionTransformer(
        hidden_dim=6,
        num_layers=2,
        num_heads=2,
        mlp_dim=7,
        patch_size=8,
        input_shape=(16, 24, 3),
        classes=3,
        **more,
    )


def random_pixels(count):
    random = np.random.default_rng(0)
    return random.integers(0, 256, (count, 16, 24, 3), "uint8")


def test_a_keras_file_is_served_as_its_weights_expect(tmp_path):
    model = small_vit()
    model.save(tmp_path / "model.keras")
    names = ["one", "two", "größer"]
    served = models.chosen(str(tmp_path / "model.keras"), "dinov2", names, tmp_path)
    assert (served.size, served.class_names) == ((16, 24), names)
    pixels = random_pixels(2)
    images = keras_vit.preprocess_input(pixels, "dinov2")
    expected = model.predict(images, verbose=0)
    np.testing.assert_allclose(served.predict(pixels), expected, atol=1e-5)
    expected = keras_vit.inspection.attention_rollout(model, images)
    np.testing.assert_allclose(served.attention(pixels), expected, atol=1e-5)
    alone = models.chosen(str(served.file), None, None, tmp_path)
    np.testing.assert_array_equal(alone.predict(pixels), served.predict(pixels))
    assert alone.class_names == names and alone.attention is None


def test_attention_of_a_model_that_normalizes_pixels_itself():
    model = small_vit(include_preprocessing=True)
    pixels = random_pixels(1)
    got = models.attention_of(model, recipe=None)(pixels)
    expected = keras_vit.inspection.attention_rollout(model, pixels.astype("float32"))
    np.testing.assert_allclose(got, expected, atol=1e-6)


def test_a_file_that_takes_no_pixels_is_refused(tmp_path):
    onnx = pytest.importorskip("onnx", reason="the extra `serve` is not installed")
    kind, shape = onnx.TensorProto.FLOAT, [None, 4, 6, 3]
    ends = [
        onnx.helper.make_tensor_value_info(name, kind, shape) for name in ("in", "out")
    ]
    node = onnx.helper.make_node("Identity", ["in"], ["out"])
    graph = onnx.helper.make_graph([node], "same", ends[:1], ends[1:])
    opset = onnx.helper.make_opsetid("", 17)
    model = onnx.helper.make_model(graph, opset_imports=[opset], ir_version=8)
    onnx.save(model, tmp_path / "model.onnx")
    with pytest.raises(ValueError, match=r"tensor\(float\).*preprocessing=True"):
        models.of_file(tmp_path / "model.onnx")


def test_a_model_of_another_name_is_refused(tmp_path):
    with pytest.raises(ValueError, match="Received: ViTB17"):
        models.chosen("ViTB17", None, None, tmp_path)
