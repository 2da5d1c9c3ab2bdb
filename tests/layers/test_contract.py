"""What every public layer owes to Keras, from shapes to training."""

import keras
import numpy as np
import pytest

from keras_vit import layers
from tests.helpers import array, randomize, relative_difference, to_numpy

# name: (layer, shape of one example, shape of its output)
CASES = {
    "PatchEmbedding": (
        lambda **kw: layers.PatchEmbedding(11, (3, 2), **kw),
        (9, 14, 5),
        (21, 11),
    ),
    "PatchEmbedding-map": (
        lambda **kw: layers.PatchEmbedding(11, (3, 2), flatten=False, pad=True, **kw),
        (8, 13, 5),
        (3, 7, 11),
    ),
    "ClassToken": (lambda **kw: layers.ClassToken(**kw), (7, 5), (8, 5)),
    "RegisterTokens": (lambda **kw: layers.RegisterTokens(3, **kw), (7, 5), (10, 5)),
    "PositionEmbedding-none": (
        lambda **kw: layers.PositionEmbedding("none", **kw),
        (7, 5),
        (7, 5),
    ),
    "PositionEmbedding-learned": (
        lambda **kw: layers.PositionEmbedding("learned", **kw),
        (7, 5),
        (7, 5),
    ),
    "PositionEmbedding-learned_2d": (
        lambda **kw: layers.PositionEmbedding("learned_2d", (2, 3), 1, **kw),
        (7, 10),
        (7, 10),
    ),
    "PositionEmbedding-sincos_2d": (
        lambda **kw: layers.PositionEmbedding("sincos_2d", (2, 3), 1, **kw),
        (7, 20),
        (7, 20),
    ),
    "MultiHeadSelfAttention": (
        lambda **kw: layers.MultiHeadSelfAttention(
            3, dropout_rate=0.3, attention_dropout_rate=0.2, **kw
        ),
        (7, 15),
        (7, 15),
    ),
    "MultiHeadSelfAttention-relative": (
        lambda **kw: layers.MultiHeadSelfAttention(3, relative_position=True, **kw),
        (7, 15),
        (7, 15),
    ),
    "MLP": (lambda **kw: layers.MLP(11, dropout_rate=0.3, **kw), (7, 5), (7, 5)),
    "LayerScale": (lambda **kw: layers.LayerScale(0.1, **kw), (7, 5), (7, 5)),
    "DropPath": (lambda **kw: layers.DropPath(0.5, **kw), (7, 5), (7, 5)),
    "EncoderBlock": (
        lambda **kw: layers.EncoderBlock(
            3, 11, 0.1, 0.2, 0.3, layer_scale_init=0.1, relative_position=True, **kw
        ),
        (7, 15),
        (7, 15),
    ),
    "WindowAttention": (
        lambda **kw: layers.WindowAttention(
            3, (3, 2), (1, 1), dropout_rate=0.3, attention_dropout_rate=0.2, **kw
        ),
        (7, 5, 15),
        (7, 5, 15),
    ),
    "SwinBlock": (
        lambda **kw: layers.SwinBlock(
            3, 11, (3, 2), (1, 0), True, 0.1, 0.2, 0.3, layer_scale_init=0.1, **kw
        ),
        (7, 5, 15),
        (7, 5, 15),
    ),
    "PatchMerging": (lambda **kw: layers.PatchMerging(**kw), (7, 5, 3), (4, 3, 6)),
    "TokenPooling": (lambda **kw: layers.TokenPooling("avg", 2, **kw), (7, 5), (5,)),
}

every_layer = pytest.mark.parametrize("case", CASES)


def test_every_public_layer_has_a_case():
    assert {name.split("-")[0] for name in CASES} == set(layers.__all__)


@every_layer
def test_output_shape_and_symbolic_shape(case):
    make, shape, expected = CASES[case]
    layer = make()
    assert to_numpy(layer(array(2, *shape))).shape == (2, *expected)
    assert make()(keras.Input(shape)).shape == (None, *expected)


@every_layer
def test_any_rank_of_batch(case):
    make, shape, expected = CASES[case]
    layer = make()
    x = array(2, 3, *shape)
    layer.build(x.shape)
    randomize(layer)
    apart = [to_numpy(layer(example)) for example in x]
    together = to_numpy(layer(x))
    assert together.shape == (2, 3, *expected)
    assert relative_difference(together, np.stack(apart)) < 1e-6


@every_layer
def test_config_round_trip(case):
    make, shape, _ = CASES[case]
    layer = make(name="mine")
    config = layer.get_config()
    again = type(layer).from_config(config)
    assert again.get_config() == config
    x = array(2, *shape)
    layer(x), again(x)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(to_numpy(layer(x)), to_numpy(again(x)))


@every_layer
def test_saved_and_loaded_gives_the_same(case, tmp_path):
    make, shape, _ = CASES[case]
    image = keras.Input(shape)
    model = keras.Model(image, make()(image))
    randomize(model)
    x = array(2, *shape)
    expected = model.predict(x, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), expected)


@every_layer
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision(case, policy):
    make, shape, _ = CASES[case]
    layer, exact = make(dtype=policy), make()
    x = array(2, *shape)
    exact(x), layer(x)
    randomize(exact)
    layer.set_weights(exact.get_weights())
    got = layer(x)
    assert keras.backend.standardize_dtype(got.dtype) == policy.removeprefix("mixed_")
    assert all(weight.dtype == "float32" for weight in layer.weights)
    # bfloat16 keeps 8 bits: 0.4 % in each of a few sums.
    assert relative_difference(to_numpy(got), to_numpy(exact(x))) < 0.03


@every_layer
def test_one_step_of_fit_changes_every_weight(case):
    make, shape, expected = CASES[case]
    image = keras.Input(shape)
    x = keras.layers.Dense(shape[-1], name="before")(image)
    layer = make()
    model = keras.Model(image, layer(x))
    randomize(model)
    model.compile(keras.optimizers.SGD(0.1), "mse")
    before = [to_numpy(weight) for weight in model.trainable_weights]
    history = model.fit(
        array(8, *shape), array(8, *expected, seed=1), batch_size=8, verbose=0
    )
    assert np.isfinite(history.history["loss"]).all()
    for weight, old in zip(model.trainable_weights, before, strict=True):
        if weight.path.endswith("key/bias"):
            continue  # it adds the same to all logits of a query: softmax ignores it
        assert np.abs(to_numpy(weight) - old).max() > 0, weight.path
