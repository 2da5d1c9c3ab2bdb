"""Features are those of the model, and train, save and export."""

import keras
import numpy as np
import pytest

from keras_vit import inspection
from tests.helpers import relative_difference
from tests.inspection.by_numpy import BY_NUMPY
from tests.inspection.models import backbone, held, images

CLOSE = 2e-5


def test_pyramid_of_a_swin():
    swin, photographs = backbone("swin"), images("swin")
    pyramid = inspection.feature_extractor(swin, "stages")
    assert [o.shape for o in pyramid.outputs] == [(None, 7, 10, 6), (None, 4, 5, 12)]
    tokens = BY_NUMPY["swin"](swin, photographs).tokens
    for one, expected in zip(
        pyramid.predict_on_batch(photographs), (tokens[1], tokens[3]), strict=True
    ):
        assert relative_difference(one, expected) < CLOSE


def test_tokens_and_maps_of_a_vit():
    vit, photographs = backbone("vit"), images("vit")
    expected = BY_NUMPY["vit"](vit, photographs).tokens
    one = inspection.feature_extractor(vit, "encoder_block_0")
    assert relative_difference(one.predict_on_batch(photographs), expected[0]) < CLOSE
    assert "encoder_block_1" not in [layer.name for layer in one.layers]
    both = inspection.feature_extractor(vit, [-1, "norm", 0], maps=True)
    last, normed, first = both.predict_on_batch(photographs)
    assert first.shape == last.shape == normed.shape == (2, 3, 5, 12)
    assert relative_difference(first.reshape(2, 15, 12), expected[0][:, 1:]) < CLOSE
    assert relative_difference(last.reshape(2, 15, 12), expected[1][:, 1:]) < CLOSE
    norm = keras.Model(vit.input, vit.get_layer("norm").output)
    tokens = norm.predict_on_batch(photographs)[:, 1:]
    assert relative_difference(normed.reshape(2, 15, 12), tokens) < CLOSE


def test_without_tokens_before_the_patches():
    vit = backbone("vit", class_token=False)
    features = inspection.feature_extractor(vit, 0, maps=True)
    assert features.output_shape == (None, 3, 5, 12)


def test_what_stands_before_is_a_part(tmp_path):
    """And the result is saved and loaded as a whole."""
    model, outer, inner = held("twice_nested", "vit", tmp_path)
    features = inspection.feature_extractor(model, [0, "norm"])
    got = features.predict_on_batch(outer)
    body = backbone("vit", include_top=False, pooling="avg")
    expected = keras.Model(body.input, body.get_layer("encoder_block_0").output)
    assert relative_difference(got[0], expected.predict_on_batch(inner)) < CLOSE
    assert not [w for w in features.weights if w.path.startswith("dense")]
    features.save(tmp_path / "features.keras")
    again = keras.models.load_model(tmp_path / "features.keras")
    for one, other in zip(again.predict_on_batch(outer), got, strict=True):
        assert relative_difference(one, other) < CLOSE


def test_it_trains_with_the_model_that_it_is_of():
    vit, photographs = backbone("vit"), images("vit")
    features = inspection.feature_extractor(vit, "norm", maps=True)
    per_patch = keras.layers.Dense(2)(features.output)
    segmenter = keras.Model(features.input, per_patch)
    before = keras.ops.convert_to_numpy(vit.get_layer("norm").gamma)
    segmenter.compile("sgd", "mse")
    segmenter.fit(photographs, np.ones((2, 3, 5, 2)), verbose=0)
    after = keras.ops.convert_to_numpy(vit.get_layer("norm").gamma)
    assert np.abs(after - before).max() > 1e-4
    names = {weight.path for weight in segmenter.trainable_weights}
    assert "encoder_block_0/attention/query/kernel" in names
    assert not any(name.startswith("head") for name in names)


def test_it_is_saved_and_loaded(tmp_path):
    vit, photographs = backbone("vit", dtype="mixed_bfloat16"), images("vit")
    features = inspection.feature_extractor(vit, [0, "norm"], maps=True)
    features.save(tmp_path / "features.keras")
    again = keras.models.load_model(tmp_path / "features.keras")
    for one, other in zip(
        again.predict_on_batch(photographs),
        features.predict_on_batch(photographs),
        strict=True,
    ):
        assert np.array_equal(one.astype("float32"), other.astype("float32"))


def test_it_is_exported(tmp_path):
    if keras.backend.backend() != "tensorflow":
        pytest.skip("A SavedModel is TensorFlow's own")
    import tensorflow as tf

    swin, photographs = backbone("swin"), images("swin", count=3)
    pyramid = inspection.feature_extractor(swin, "stages")
    pyramid.export(str(tmp_path / "pyramid"), verbose=False)
    loaded = tf.saved_model.load(str(tmp_path / "pyramid"))  # it owns the variables
    served = loaded.serve(photographs)
    for one, other in zip(served, pyramid.predict_on_batch(photographs), strict=True):
        assert relative_difference(one, other) < CLOSE


def test_wrong_layers():
    vit = backbone("vit")
    with pytest.raises(ValueError, match="pyramid of a Swin, and a ViT has one stage"):
        inspection.feature_extractor(vit, "stages")
    with pytest.raises(ValueError, match="is no block"):
        inspection.feature_extractor(vit, "head")
    pooled = backbone("vit", norm_after_pooling=True, pooling="avg")
    with pytest.raises(ValueError, match="'norm' .* comes after the pooling"):
        inspection.feature_extractor(pooled, ["norm", 0])
