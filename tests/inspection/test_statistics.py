"""How far heads look and at how much, by hand and against NumPy."""

import gc
import weakref

import keras
import numpy as np
import pytest

import keras_vit
from keras_vit import inspection
from tests.helpers import array, relative_difference
from tests.inspection.by_numpy import BY_NUMPY
from tests.inspection.models import backbone, images

CLOSE = 2e-5


def evenly_looking(grid, patch, **arguments):
    """A ViT whose queries are zero: every token looks at all tokens alike."""
    shape = (grid[0] * patch[0], grid[1] * patch[1], 3)
    sizes = {"hidden_dim": 4, "num_layers": 1, "num_heads": 2, "mlp_dim": 5}
    model = keras_vit.VisionTransformer(
        input_shape=shape, patch_size=patch, classes=2, **sizes, **arguments
    )
    query = model.get_layer("encoder_block_0").attention.query_dense
    for weight in (query.kernel, query.bias):
        weight.assign(np.zeros(weight.shape))
    return model, array(2, *shape)


def test_distance_on_a_grid_of_four():
    # Patches of 3 x 4 pixels: to itself 0, beside 4, below 3, across 5; mean 3.
    model, photographs = evenly_looking((2, 2), (3, 4))
    distance = inspection.attention_distance(model, photographs)
    np.testing.assert_allclose(distance, [[3, 3]], rtol=1e-6)
    # a fifth of the weight is on the class token
    distance = inspection.attention_distance(model, photographs, renormalize=False)
    np.testing.assert_allclose(distance, [[3 * 4 / 5, 3 * 4 / 5]], rtol=1e-6)


def test_entropy_of_even_attention():
    model, photographs = evenly_looking((2, 2), (3, 4), num_register_tokens=2)
    entropy = inspection.attention_entropy(model, photographs)
    np.testing.assert_allclose(entropy, np.full((1, 2), np.log(7)), rtol=1e-6)


def test_even_attention_on_a_usual_grid():
    """16 x 16 patches of 14 pixels: 117 pixels."""
    model, photographs = evenly_looking((16, 16), (14, 14), num_register_tokens=1)
    distance = inspection.attention_distance(model, photographs[:1])
    np.testing.assert_allclose(distance, 117, atol=0.5)


def apart(size, pitch):
    rows, columns = np.indices(size).reshape(2, -1) * np.array(pitch)[:, None]
    return np.hypot(rows[:, None] - rows[None, :], columns[:, None] - columns[None, :])


@pytest.mark.parametrize("renormalize", [True, False])
def test_distance_in_vit(renormalize):
    model, photographs = backbone("vit"), images("vit", count=3)
    maps = BY_NUMPY["vit"](model, photographs).scores
    expected = []
    for scores in maps:
        weights = scores[:, :, 1:, 1:]
        if renormalize:
            weights = weights / weights.sum(axis=-1, keepdims=True)
        distance = (weights * apart((3, 5), (3, 2))).sum(axis=-1)
        expected.append(distance.mean(axis=(0, 2)))
    distance = inspection.attention_distance(model, photographs, renormalize)
    assert distance.shape == (2, 3) and distance.dtype == "float32"
    assert relative_difference(distance, expected) < CLOSE


def test_swin():
    """On the plane, where windows, shift and padding are nothing to think of."""
    model, photographs = backbone("swin"), images("swin")
    forward = BY_NUMPY["swin"](model, photographs)
    distance = inspection.attention_distance(model, photographs)
    entropy = inspection.attention_entropy(model, photographs)
    assert distance.shape == entropy.shape == (4, 3)
    assert np.isnan(distance[:2, 1:]).all() and np.isnan(entropy[:2, 1:]).all()
    for number, scores in enumerate(forward.scores):
        pitch = (2, 2) if number < 2 else (4, 4)
        weights = scores / scores.sum(axis=-1, keepdims=True)
        far = (weights * apart(forward.between[number], pitch)).sum(axis=-1)
        heads = scores.shape[1]
        assert relative_difference(distance[number, :heads], far.mean((0, 2))) < CLOSE
    # 6 x 8 places of windows of 3 x 4 in the last block hold 4 x 5: by the maps
    maps = inspection.attention_maps(model, photographs, -1)[0].astype("float64")
    plogp = -(maps * np.log(np.maximum(maps, 1e-30))).sum(axis=-1)  # (B, nW, H, N)
    on_map = np.roll(np.pad(np.ones((4, 5)), ((0, 2), (0, 3))), (-1, -2), axis=(0, 1))
    on_map = on_map.reshape(2, 3, 2, 4).transpose(0, 2, 1, 3).reshape(4, 1, 12)
    expected = (plogp * on_map).sum(axis=(1, 3)) / 20
    assert relative_difference(entropy[-1], expected.mean(axis=0)) < CLOSE


def test_entropy_in_vit():
    model, photographs = backbone("vit"), images("vit")
    maps = BY_NUMPY["vit"](model, photographs).scores
    expected = [-(m * np.log(m)).sum(axis=-1).mean(axis=(0, 2)) for m in maps]
    entropy = inspection.attention_entropy(model, photographs)
    assert relative_difference(entropy, expected) < CLOSE


def test_mixed_precision():
    model, photographs = backbone("vit", dtype="mixed_bfloat16"), images("vit")
    exact = inspection.attention_distance(backbone("vit"), photographs)
    rough = inspection.attention_distance(model, photographs)
    assert rough.dtype == "float32"
    assert relative_difference(rough, exact) < 0.05


def test_token_norms():
    model, photographs = backbone("vit", num_register_tokens=2), images("vit")
    block = model.get_layer("encoder_block_1")
    tokens = keras.Model(model.input, block.output).predict_on_batch(photographs)
    (last,) = inspection.token_norms(model, photographs, layers=-1)
    assert last.shape == (2, 1 + 2 + 15)
    assert relative_difference(last, np.linalg.norm(tokens, axis=-1)) < CLOSE
    swin, photographs = backbone("swin"), images("swin")
    norms = inspection.token_norms(swin, photographs)
    assert [n.shape for n in norms] == [(2, 7, 10)] * 2 + [(2, 4, 5)] * 2
    expected = BY_NUMPY["swin"](swin, photographs).tokens
    for one, tokens in zip(norms, expected, strict=True):
        assert relative_difference(one, np.linalg.norm(tokens, axis=-1)) < CLOSE


def test_a_model_is_freed():
    model = backbone("vit")
    alive = weakref.ref(model)
    inspection.attention_distance(model, images("vit"))
    inspection.attention_rollout(model, images("vit"))
    del model
    gc.collect()
    assert alive() is None
