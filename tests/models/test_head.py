"""Where the classifier starts."""

import keras
import numpy as np
import pytest

import keras_vit
from keras_vit.training import AdamW
from tests.helpers import array, to_numpy

SMALL = {
    "vit": (
        keras_vit.VisionTransformer,
        {"patch_size": 4, "hidden_dim": 12, "num_layers": 1, "num_heads": 3}
        | {"mlp_dim": 24, "input_shape": (8, 12, 3)},
    ),
    "swin": (
        keras_vit.SwinTransformer,
        {"hidden_dim": 6, "depths": (1,), "num_heads": (2,), "window_size": 2}
        | {"input_shape": (8, 12, 3)},
    ),
}


def kernel(model):
    return to_numpy(model.get_layer("head").kernel)


@pytest.mark.parametrize("family", SMALL)
def test_from_scratch_the_head_starts_as_keras_starts_a_layer(family):
    build, sizes = SMALL[family]
    model = build(**sizes, classes=7)
    limit = np.sqrt(6 / sum(kernel(model).shape))
    assert 0.5 * limit < np.abs(kernel(model)).max() <= limit


@pytest.mark.parametrize("family", SMALL)
def test_with_weights_a_new_head_starts_at_zero(family, tmp_path):
    build, sizes = SMALL[family]
    path = tmp_path / "trained.weights.h5"
    trained = build(**sizes, classes=7)
    trained.save_weights(path)
    model = build(**sizes, classes=5, weights=path)
    assert not kernel(model).any()
    same = build(**sizes, classes=7, weights=path)
    np.testing.assert_array_equal(kernel(same), kernel(trained))


@pytest.mark.parametrize("family", SMALL)
def test_the_users_initializer_is_heeded(family, tmp_path):
    build, sizes = SMALL[family]
    ones = build(**sizes, classes=7, head_initializer=keras.initializers.Ones())
    assert (kernel(ones) == 1).all()
    ones.save_weights(tmp_path / "trained.weights.h5")
    model = build(
        **sizes,
        classes=5,
        weights=tmp_path / "trained.weights.h5",
        head_initializer="ones",
    )
    assert (kernel(model) == 1).all()


@pytest.mark.parametrize("family", SMALL)
def test_the_first_step_from_scratch_moves_the_body(family):
    """A head of zeros lets no gradient through."""
    build, sizes = SMALL[family]
    model = build(**sizes, classes=7)
    before = to_numpy(model.get_layer("patch_embedding").projection.kernel)
    model.compile(AdamW(1e-2), "sparse_categorical_crossentropy")
    model.train_on_batch(array(7, 8, 12, 3), np.arange(7))
    after = to_numpy(model.get_layer("patch_embedding").projection.kernel)
    assert (np.abs(after - before) > 1e-3).mean() > 0.9


def test_what_is_no_initializer_is_named():
    build, sizes = SMALL["vit"]
    with pytest.raises(ValueError, match="`head_initializer` should be a name"):
        build(**sizes, head_initializer="zeroes")
