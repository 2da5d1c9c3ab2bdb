"""A model has the dtype policy of its layers, and float16 gets its loss scaled."""

import keras
import numpy as np
import pytest

from keras_vit.training import AdamW
from tests.helpers import array, to_numpy
from tests.models.small import SHAPES, SMALL, small_vit

POLICIES = ["float16", "bfloat16", "mixed_float16", "mixed_bfloat16"]
if keras.backend.backend() != "jax":  # where float64 is a setting of the process
    POLICIES.append("float64")


def _compiled(model, **arguments):
    """With the optimizer's state, without which a file loads with a warning."""
    model.compile(
        AdamW(0.01, weight_decay=1e-9), "sparse_categorical_crossentropy", **arguments
    )
    model.optimizer.build(model.trainable_variables)
    return model


def _saved_and_loaded(model, folder):
    model.save(folder / "model.keras")
    return keras.saving.load_model(folder / "model.keras")


COPIES = {
    "itself": lambda model, _: model,
    "loaded": _saved_and_loaded,
    "cloned": lambda model, _: keras.models.clone_model(model),
    "from_config": lambda model, _: type(model).from_config(model.get_config()),
    "from_json": lambda model, _: keras.models.model_from_json(model.to_json()),
}


@pytest.fixture
def global_policy():
    """Set the policy of all layers that name none, until the test is over."""
    before = keras.config.dtype_policy()
    yield keras.config.set_dtype_policy
    keras.config.set_dtype_policy(before)


@pytest.mark.parametrize("copy", COPIES)
@pytest.mark.parametrize("policy", POLICIES)
def test_policy_is_that_of_the_layers(policy, copy, tmp_path):
    model = COPIES[copy](small_vit(num_layers=1, dtype=policy), tmp_path)
    assert model.dtype_policy.name == policy
    assert model.get_layer("encoder_block_0").dtype_policy.name == policy


@pytest.mark.parametrize("name", SMALL)
def test_policy_may_be_global(name, global_policy, tmp_path):
    global_policy("mixed_float16")
    model = SMALL[name]()
    assert model.dtype_policy.name == "mixed_float16"
    global_policy("mixed_bfloat16")
    for copy in COPIES.values():
        assert copy(model, tmp_path).dtype_policy.name == "mixed_float16"
    assert SMALL[name](dtype="float32").dtype_policy.name == "float32"


@pytest.mark.parametrize("copy", COPIES)
@pytest.mark.parametrize("policy", ["float32", "mixed_float16", "mixed_bfloat16"])
def test_loss_is_scaled_for_mixed_float16_alone(policy, copy, tmp_path):
    model = _compiled(small_vit(num_layers=1, dtype=policy))
    model = COPIES[copy](model, tmp_path)
    model = model if model.compiled else _compiled(model)
    scaled = isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
    assert scaled == (policy == "mixed_float16")


@pytest.mark.parametrize(
    ("name", "copy"), [("vit", "itself"), ("vit", "loaded"), ("swin", "cloned")]
)
def test_small_gradients_move_every_entry_of_the_patch_kernel(name, copy, tmp_path):
    model = _compiled(SMALL[name](dtype="mixed_float16"), loss_weights=[1e-3])
    model = COPIES[copy](model, tmp_path)
    model.get_layer("head").kernel.assign(0.01 * array(12, 7))
    kernel = model.get_layer("patch_embedding").projection.kernel
    before = to_numpy(kernel)
    model.train_on_batch(array(7, *SHAPES[name]), np.arange(7))
    assert (to_numpy(kernel) != before).all()


def test_scaled_training_goes_on_from_a_file(tmp_path):
    model = _compiled(small_vit(num_layers=1, dtype="mixed_float16"))
    data = array(7, *SHAPES["vit"]), np.arange(7)
    model.train_on_batch(*data)
    loaded = _saved_and_loaded(model, tmp_path)
    for one in (model, loaded):
        one.train_on_batch(*data)
    pairs = zip(
        model.weights + model.optimizer.variables,
        loaded.weights + loaded.optimizer.variables,
        strict=True,
    )
    for one, other in pairs:
        np.testing.assert_allclose(to_numpy(one), to_numpy(other), atol=1e-6)
