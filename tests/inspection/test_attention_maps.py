"""Attention scores against other implementations and against NumPy."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_vit
from keras_vit import inspection
from keras_vit.weights import load_weights
from tests.helpers import array, relative_difference
from tests.inspection.by_numpy import BY_NUMPY
from tests.inspection.models import backbone, held, images
from tests.models.small import SHAPES, SMALL

REFERENCE = Path(__file__).parents[1] / "reference"
INDEX = json.loads((REFERENCE / "index.json").read_text())
CLOSE = 1e-5


def reference(name):
    config = dict(INDEX[name]["config"])
    kind, shape = config.pop("model"), tuple(config.pop("image_shape"))
    build = {"ViT": keras_vit.VisionTransformer, "Swin": keras_vit.SwinTransformer}
    model = build[kind](input_shape=shape, classifier_activation=None, **config)
    load_weights(model, REFERENCE / INDEX[name]["checkpoint"])
    with np.load(REFERENCE / INDEX[name]["expected"]) as file:
        return model, dict(file)


@pytest.mark.parametrize(
    "name", [n for n in INDEX if "attention_0" in INDEX[n]["outputs"]]
)
def test_maps_of_other_implementations(name):
    model, expected = reference(name)
    maps = inspection.attention_maps(model, expected["images"])
    assert len(maps) == 3
    for number, scores in enumerate(maps):
        assert scores.dtype == "float32"
        assert relative_difference(scores, expected[f"attention_{number}"]) < 1e-4


@pytest.mark.parametrize("kind", SMALL)
def test_numpy_knows_the_models(kind):
    """Or it would be no witness."""
    model, photographs = backbone(kind), images(kind)
    forward = BY_NUMPY[kind](model, photographs)
    answer = model.predict_on_batch(photographs)
    assert relative_difference(answer, forward.answer) < CLOSE


@pytest.mark.parametrize("kind", SMALL)
def test_on_image(kind):
    model, photographs = backbone(kind), images(kind)
    forward = BY_NUMPY[kind](model, photographs)
    for number in (1, -1):
        plane = inspection.attention_on_image(model, photographs, number)
        count, heads, rows, columns = plane.shape[:4]
        assert plane.shape[4:] == (rows, columns) and plane.dtype == "float32"
        expected = forward.scores[number]
        if kind == "vit":
            expected = expected[:, :, 1:, 1:]
        flat = plane.reshape(count, heads, rows * columns, rows * columns)
        assert relative_difference(flat, expected) < CLOSE


@pytest.mark.parametrize(
    "name", ["timm_swin_not_square", "huggingface_swin_not_divisible"]
)
def test_on_image_of_a_published_swin(name):
    """The planes that NumPy makes of its weights lead to its maker's logits."""
    from tests.inspection import by_numpy

    model, expected = reference(name)
    config = INDEX[name]["config"]
    forward = by_numpy.swin(
        model,
        expected["images"],
        (config["patch_size"],) * 2,
        config["num_heads"],
        (config["window_size"],) * 2,
        config["depths"],
    )
    assert relative_difference(forward.answer, expected["logits"]) < 1e-4
    last = len(forward.scores) - 1
    for number in (1, last):
        plane = inspection.attention_on_image(model, expected["images"], number)
        flat = plane.reshape(forward.scores[number].shape)
        assert relative_difference(flat, forward.scores[number]) < 1e-4


def test_windows_hold_what_the_layer_gives():
    model, photographs = backbone("swin"), images("swin")
    maps = inspection.attention_maps(model, photographs)
    assert [m.shape for m in maps] == [(2, 9, 1, 12, 12)] * 2 + [(2, 4, 3, 12, 12)] * 2
    stem = keras.Model(model.input, model.get_layer("stage_0_block_0").input)
    block = model.get_layer("stage_0_block_0")
    scores = block(stem(photographs), return_attention_scores=True)[1]
    scores = keras.ops.convert_to_numpy(scores)
    assert relative_difference(maps[0], scores) < CLOSE


def test_only_what_is_asked_for_in_its_order(monkeypatch):
    model, photographs = backbone("vit"), images("vit")
    both = inspection.attention_maps(model, photographs)
    first, last = inspection.attention_maps(model, photographs, ["encoder_block_1", 0])
    assert np.array_equal(first, both[1]) and np.array_equal(last, both[0])
    (one,) = inspection.attention_maps(model, photographs, layers=-1)
    assert relative_difference(one, both[1]) < CLOSE
    with pytest.raises(ValueError, match="is no block"):
        inspection.attention_maps(model, photographs, layers="head")
    with pytest.raises(ValueError, match="No blocks"):
        inspection.attention_maps(model, photographs, layers=[])


def test_many_images(monkeypatch):
    from keras_vit.inspection import running

    model, photographs = backbone("vit"), images("vit", count=5)
    monkeypatch.setattr(running, "MEMORY", 4 * 3 * 16 * 16 * 2)  # two images' worth
    (few,) = inspection.attention_maps(model, photographs, [0])
    monkeypatch.undo()
    (all_at_once,) = inspection.attention_maps(model, photographs, [0])
    assert relative_difference(few, all_at_once) < CLOSE


@pytest.mark.parametrize("wrapping", ["loaded", "functional", "sequential"])
def test_nested_models(wrapping, tmp_path):
    model, outer, inner = held(wrapping, "vit", tmp_path)
    head = {} if wrapping == "loaded" else {"include_top": False, "pooling": "avg"}
    expected = inspection.attention_maps(backbone("vit", **head), inner, [1])
    assert (
        relative_difference(
            inspection.attention_maps(model, outer, [1])[0], expected[0]
        )
        < CLOSE
    )


@pytest.mark.parametrize("kind", SMALL)
@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision(kind, dtype):
    model, photographs = backbone(kind, dtype=dtype), images(kind, count=1)
    (scores,) = inspection.attention_maps(model, photographs, [0])
    assert scores.dtype == "float32"
    np.testing.assert_allclose(scores.sum(axis=-1), 1, atol=2e-2)
    (exact,) = inspection.attention_maps(backbone(kind), photographs, [0])
    assert np.abs(scores - exact).max() < 0.1


def test_images_as_the_model_takes_them():
    """Bytes for a model that normalizes them, channels first where Keras says so."""
    sizes = {"hidden_dim": 12, "num_layers": 1, "num_heads": 3, "mlp_dim": 13}
    bytes_ = np.random.default_rng(0).integers(0, 256, (2, 6, 8, 3), "uint8")
    model = keras_vit.VisionTransformer(
        input_shape=(6, 8, 3), patch_size=2, include_preprocessing=True, **sizes
    )
    (of_bytes,) = inspection.attention_maps(model, bytes_)
    plain = keras_vit.VisionTransformer(input_shape=(6, 8, 3), patch_size=2, **sizes)
    plain.set_weights([w for w in model.get_weights() if w.size > 3 or w.ndim != 1])
    (of_floats,) = inspection.attention_maps(plain, bytes_ / 127.5 - 1)
    assert relative_difference(of_bytes, of_floats) < 1e-4
    tensor = keras.ops.convert_to_tensor(array(2, *SHAPES["vit"]))
    assert len(inspection.attention_maps(backbone("vit"), tensor)) == 2
