"""Each small layer does what its formula says, and refuses what it cannot do."""

import keras
import numpy as np
import pytest

from keras_vit import layers
from tests.helpers import array, randomize, relative_difference, to_numpy


def test_patch_embedding_is_a_strided_convolution():
    x = array(2, 9, 10, 5)
    layer = layers.PatchEmbedding(11, (3, 2), flatten=False)
    layer.build(x.shape)
    randomize(layer)
    kernel, bias = (to_numpy(w) for w in layer.weights)
    expected = keras.ops.conv(
        x, kernel.reshape(3, 2, 5, 11), strides=(3, 2), data_format="channels_last"
    )
    got = to_numpy(layer(x))
    assert relative_difference(got, to_numpy(expected) + bias) < 1e-5
    layer.flatten = True
    np.testing.assert_array_equal(to_numpy(layer(x)), got.reshape(2, 15, 11))


def test_patch_embedding_pads_at_the_bottom_and_right():
    layer = layers.PatchEmbedding(11, (3, 2), pad=True)
    x = array(2, 7, 9, 5)
    padded = np.pad(x, ((0, 0), (0, 2), (0, 1), (0, 0)))
    assert relative_difference(to_numpy(layer(x)), to_numpy(layer(padded))) < 1e-6


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((2, 2, 10, 5), "smaller than a patch: height 2 < 3"),
        ((2, 9, 11, 5), "width 11 is not a multiple of 2.*Resize to 10 or 12"),
        ((9, 10), "height, width, channels"),
        ((2, 9, None, 5), "known height and width"),
    ],
)
def test_patch_embedding_refuses(shape, message):
    with pytest.raises(ValueError, match=message):
        layers.PatchEmbedding(11, (3, 2)).build(shape)


def test_tokens_come_first_and_are_the_same_for_each_image():
    x = array(2, 7, 5)
    layer = layers.RegisterTokens(3)
    layer.build(x.shape)
    randomize(layer)
    got = to_numpy(layer(x))
    np.testing.assert_array_equal(got[0, :3], got[1, :3])
    np.testing.assert_array_equal(got[0, :3], to_numpy(layer.tokens))
    np.testing.assert_array_equal(got[:, 3:], x)
    assert (to_numpy(layers.ClassToken()(x))[:, 0] == 0).all()  # as published


def test_learned_2d_is_the_column_then_the_row():
    layer = layers.PositionEmbedding("learned_2d", (2, 3), num_prefix_tokens=1)
    layer.build((None, 7, 10))
    randomize(layer)
    added = to_numpy(layer(np.zeros((1, 7, 10), "float32")))[0]
    columns, rows = to_numpy(layer.column_embedding), to_numpy(layer.row_embedding)
    np.testing.assert_array_equal(added[:1], to_numpy(layer.prefix_embedding))
    for row in range(2):
        for column in range(3):
            expected = np.concatenate([columns[column], rows[row]])
            np.testing.assert_array_equal(added[1 + row * 3 + column], expected)


def test_sincos_2d_in_numbers():
    layer = layers.PositionEmbedding("sincos_2d", (2, 3), num_prefix_tokens=1)
    added = to_numpy(layer(np.zeros((1, 7, 8), "float32")))[0]
    assert (added[0] == 0).all()
    # Patch (row 1, column 2) with frequencies 1 and 1/10000.
    angles = np.array([2, 2e-4]), np.array([1, 1e-4])
    expected = np.concatenate([f(a) for a in angles for f in (np.sin, np.cos)])
    np.testing.assert_allclose(added[1 + 5], expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "shape", "message"),
    [
        (("rotary",), (2, 7, 8), "'none', 'learned'.*'rotary'"),
        (("learned_2d",), (2, 7, 8), "needs .grid_size"),
        (("learned", (2, 4), 1), (2, 7, 8), "2x4 patches and 1 prefix.*7 tokens"),
        (("learned_2d", (2, 3), 1), (2, 7, 9), "multiple of 2.*hidden_dim=9"),
        (("sincos_2d", (2, 3), 1), (2, 7, 10), "multiple of 4.*hidden_dim=10"),
        (("learned",), (2, None, 8), "known number of tokens"),
    ],
)
def test_position_embedding_refuses(arguments, shape, message):
    with pytest.raises(ValueError, match=message):
        layers.PositionEmbedding(*arguments).build(shape)


def test_mlp_uses_the_exact_gelu():
    layer = layers.MLP(3)
    layer.build((None, 1))
    for weight in layer.weights:
        weight.assign(np.ones(weight.shape) * ("kernel" in weight.path))
    # 3 * x * Phi(x); the tanh approximation gives 0.8412 at 1, erf 0.8413.
    np.testing.assert_allclose(
        to_numpy(layer(np.array([[1.0]], "float32"))), [[3 * 0.8413447]], rtol=1e-6
    )


@pytest.mark.parametrize("training", [False, True])
def test_mlp_of_no_tokens(training):
    layer = layers.MLP(53)
    layer.build((3, 31, 11))
    x = keras.ops.convert_to_tensor(array(0, 31, 11))
    assert tuple(layer(x, training=training).shape) == (0, 31, 11)


def test_drop_path_drops_whole_examples_and_keeps_the_mean():
    layer = layers.DropPath(0.25, seed=3)
    x = np.ones((4000, 2, 3), "float32")
    got = to_numpy(layer(x, training=True))
    np.testing.assert_array_equal(got, np.broadcast_to(got[:, :1, :1], got.shape))
    kept = got[:, 0, 0] != 0
    np.testing.assert_allclose(got[kept], 1 / 0.75, rtol=1e-6)
    assert abs(kept.mean() - 0.75) < 0.03  # four standard deviations
    np.testing.assert_array_equal(to_numpy(layer(x)), x)
    np.testing.assert_array_equal(to_numpy(layer(x, training=False)), x)


def test_patch_merging_joins_columns_last():
    layer = layers.PatchMerging()
    layer.build((None, 2, 2, 1))
    kernel = np.zeros((4, 2), "float32")
    kernel[:, 0] = [1, 10, 100, 1000]
    layer.reduction.kernel.assign(kernel)
    x = np.array([[[[0.0], [2.0]], [[1.0], [3.0]]]], "float32")  # rows (0 2), (1 3)
    normed = (np.arange(4) - 1.5) / np.sqrt(1.25 + 1e-5)  # (0,0) (1,0) (0,1) (1,1)
    expected = normed @ kernel
    np.testing.assert_allclose(to_numpy(layer(x))[0, 0, 0], expected, rtol=1e-5)


def test_patch_merging_pads_an_odd_side_with_zeros():
    layer = layers.PatchMerging()
    x = array(2, 5, 7, 3)
    padded = np.pad(x, ((0, 0), (0, 1), (0, 1), (0, 0)))
    assert relative_difference(to_numpy(layer(x)), to_numpy(layer(padded))) < 1e-6


@pytest.mark.parametrize("pooling", ["avg", "max"])
def test_pooling_leaves_prefix_tokens_out(pooling):
    x = array(2, 7, 5)
    got = to_numpy(layers.TokenPooling(pooling, num_prefix_tokens=3)(x))
    reduce = {"avg": np.mean, "max": np.max}[pooling]
    np.testing.assert_allclose(got, reduce(x[:, 3:], axis=1), rtol=1e-5, atol=1e-6)


def test_token_pooling_reads_the_first_token():
    x = array(2, 7, 5)
    np.testing.assert_array_equal(to_numpy(layers.TokenPooling()(x)), x[:, 0])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.TokenPooling("mean"), "'token', 'avg', 'max'.*'mean'"),
        (lambda: layers.TokenPooling("token", 0), "there is none"),
        (lambda: layers.DropPath(1.0), "below 1.*rate=1.0"),
        (lambda: layers.MLP(0), "positive int.*mlp_dim=0"),
        (lambda: layers.RegisterTokens(-1), "positive int.*num_tokens=-1"),
        (lambda: layers.PatchEmbedding(8, 0), "patch_size=0"),
        (lambda: layers.EncoderBlock(3, 8, drop_path_rate=1.5), "drop_path_rate=1.5"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()
