"""What models give for each of their arguments."""

import keras
import numpy as np
import pytest

import keras_vit
from keras_vit.models.arguments import POSITION_EMBEDDINGS
from tests.helpers import (
    array,
    randomize,
    relative_difference,
    to_numpy,
    without_values,
)
from tests.models.small import SHAPES, SMALL, small_swin, small_vit


def test_is_a_functional_model_that_finds_its_blocks_by_name():
    for name, blocks in (
        ("vit", ["encoder_block_0", "encoder_block_1"]),
        ("swin", [f"stage_{s}_block_{b}" for s in range(2) for b in range(2)]),
    ):
        model = SMALL[name]()
        assert isinstance(model, keras.Model) and model.inputs
        assert all(model.get_layer(block) for block in blocks)


@pytest.mark.parametrize("name", SMALL)
def test_probabilities_in_float32_under_mixed_precision(name):
    model = SMALL[name](dtype="mixed_float16")
    randomize(model)
    outputs = model.predict(array(2, *SHAPES[name]), verbose=0)
    assert outputs.dtype == "float32"
    np.testing.assert_allclose(outputs.sum(axis=-1), 1, rtol=1e-5)


@pytest.mark.parametrize("position_embedding", POSITION_EMBEDDINGS)
def test_position_embeddings(position_embedding):
    """Without positions the patches are a bag; with any kind they are not."""
    model = small_vit(position_embedding=position_embedding, pooling="token")
    randomize(model)
    x = array(1, 9, 10, 5)
    swapped = np.concatenate([x[:, 3:6], x[:, :3], x[:, 6:]], axis=1)  # rows of patches
    difference = np.abs(
        model.predict(x, verbose=0) - model.predict(swapped, verbose=0)
    ).max()
    if position_embedding == "none":
        assert difference < 1e-5
    else:
        assert difference > 1e-4


@pytest.mark.parametrize(
    ("arguments", "shape"),
    [
        ({}, (None, 1 + 15, 12)),
        ({"num_register_tokens": 4}, (None, 1 + 4 + 15, 12)),
        ({"class_token": False}, (None, 15, 12)),
        ({"pooling": "token"}, (None, 12)),
        ({"pooling": "avg", "class_token": False}, (None, 12)),
        ({"pooling": "max"}, (None, 12)),
    ],
)
def test_vit_without_top(arguments, shape):
    assert small_vit(include_top=False, **arguments).output_shape == shape


@pytest.mark.parametrize(
    ("pooling", "shape"), [(None, (None, 4, 5, 12)), ("avg", (None, 12))]
)
def test_swin_without_top(pooling, shape):
    assert small_swin(include_top=False, pooling=pooling).output_shape == shape


def test_pooling_and_norm_in_the_papers_order_and_in_timms():
    tokens = small_vit(include_top=False)
    randomize(tokens)
    x = array(2, 9, 10, 5)
    patches = tokens.predict(x, verbose=0)[:, 1:]
    paper = small_vit(include_top=False, pooling="avg")
    paper.set_weights(tokens.get_weights())
    assert relative_difference(paper.predict(x, verbose=0), patches.mean(axis=1)) < 1e-5
    timm = small_vit(include_top=False, pooling="avg", norm_after_pooling=True)
    timm.set_weights(tokens.get_weights())
    before_norm = keras.Model(tokens.input, tokens.get_layer("norm").input)
    mean = before_norm.predict(x, verbose=0)[:, 1:].mean(axis=1, keepdims=True)
    expected = to_numpy(tokens.get_layer("norm")(mean))[:, 0]
    assert relative_difference(timm.predict(x, verbose=0), expected) < 1e-5


def test_swin_ablations_change_what_they_name():
    full = small_swin()
    shifts = [full.get_layer(f"stage_0_block_{b}").attention.shift_size for b in (0, 1)]
    assert shifts == [(0, 0), (1, 2)]
    still = small_swin(shifted_windows=False)
    assert still.get_layer("stage_0_block_1").attention.shift_size == (0, 0)
    names = {w.path.split("/")[-1] for w in small_swin().weights}
    assert "relative_position_bias_table" in names and "embedding" not in names
    absolute = small_swin(
        relative_position_bias=False, absolute_position_embedding=True
    )
    names = {w.path.split("/")[-1] for w in absolute.weights}
    assert "relative_position_bias_table" not in names and "embedding" in names
    neither = small_swin(relative_position_bias=False)
    assert neither.predict(array(2, 13, 20, 5), verbose=0).shape == (2, 7)


def test_drop_path_grows_linearly_over_all_blocks():
    model = small_swin(drop_path_rate=0.3)
    rates = [
        model.get_layer(f"stage_{s}_block_{b}").drop_path_rate
        for s in range(2)
        for b in range(2)
    ]
    np.testing.assert_allclose(rates, [0, 0.1, 0.2, 0.3])


def test_initial_values_are_the_papers():
    model = keras_vit.VisionTransformer(
        input_shape=(32, 32, 3),
        patch_size=8,
        hidden_dim=64,
        num_layers=1,
        num_heads=4,
        mlp_dim=256,
    )
    for weight in model.weights:
        values = to_numpy(weight)
        if weight.path.endswith("head/kernel"):  # from scratch: tests/models/test_head
            continue
        if weight.path.endswith(("bias", "beta", "class_token/tokens")):
            assert (values == 0).all(), weight.path
        elif weight.path.endswith("gamma"):
            assert (values == 1).all(), weight.path
        else:  # a normal cut at two deviations has 0.88 of its deviation
            # Keras gives up after four draws on PyTorch: 4 in a million lie outside.
            assert (np.abs(values) > 0.04).mean() < 1e-3, weight.path
            assert 0.016 < values.std() < 0.019, weight.path


def test_two_layers_start_from_different_values():
    blocks = [small_vit().get_layer(f"encoder_block_{i}") for i in range(2)]
    kernels = [to_numpy(block.attention.query_dense.kernel) for block in blocks]
    assert np.abs(kernels[0] - kernels[1]).max() > 0


@pytest.mark.parametrize("name", SMALL)
def test_channels_first_is_one_transpose_at_the_entry(name):
    model = SMALL[name]()
    randomize(model)
    x = array(2, *SHAPES[name])
    expected = model.predict(x, verbose=0)
    keras.config.set_image_data_format("channels_first")
    try:
        height, width, channels = SHAPES[name]
        first = SMALL[name](input_shape=(channels, height, width))
        first.set_weights(model.get_weights())
        got = first.predict(x.transpose(0, 3, 1, 2), verbose=0)
    finally:
        keras.config.set_image_data_format("channels_last")
    assert relative_difference(got, expected) < 1e-5


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("name", SMALL)
def test_preprocessing_inside_equals_preprocessing_before(name, data_format):
    mean, std = {
        "vit": (0.5, 0.5),
        "swin": (np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])),
    }[name]
    shape = (*SHAPES[name][:2], 3)
    images = np.random.default_rng(0).integers(0, 256, (2, *shape), "uint8")
    outside = SMALL[name](input_shape=shape)
    randomize(outside)
    normal = ((images / 255 - mean) / std).astype("float32")
    expected = outside.predict(normal, verbose=0)
    if data_format == "channels_first":
        shape, images = (3, *shape[:2]), images.transpose(0, 3, 1, 2)
    keras.config.set_image_data_format(data_format)
    try:
        inside = SMALL[name](input_shape=shape, include_preprocessing=True)
        inside.set_weights(outside.get_weights())
        got = inside.predict(images, verbose=0)
    finally:
        keras.config.set_image_data_format("channels_last")
    assert inside.input.dtype == "float32"
    assert relative_difference(got, expected) < 1e-4


def test_input_tensor_joins_a_model_to_another():
    image = keras.Input((9, 10, 2))
    grown = keras.layers.Dense(5, name="grown")(image)
    model = small_vit(input_tensor=grown)
    assert model.input_shape == (None, 9, 10, 2)
    assert model.predict(array(2, 9, 10, 2), verbose=0).shape == (2, 7)
    assert model.get_layer("grown").kernel is model.weights[0]


def test_variant_takes_the_arguments_of_its_model():
    with without_values():
        model = keras_vit.ViTTi16(
            False, None, None, (32, 48, 4), patch_size=8, num_register_tokens=3
        )
    assert model.name == "vit_ti16"
    assert model.output_shape == (None, 1 + 3 + 24, 192)
    with pytest.raises(TypeError, match="hidden_dim"):
        keras_vit.ViTTi16(hidden_dim=5)
