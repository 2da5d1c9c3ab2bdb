"""LoRA: what learns and what stays, and the same model with the sums for export."""

import keras
import numpy as np
import pytest

from keras_vit.training import (
    AdamW,
    enable_lora,
    finetune,
    learning_rate_scales,
    merge_lora,
)
from keras_vit.training.lora import adapted_layers
from tests.helpers import array, randomize, relative_difference, to_numpy
from tests.models.small import SHAPES, small_swin, small_vit


def around():
    inner = small_vit(include_top=False, pooling="token")
    inner.trainable = False
    layers = [keras.Input(SHAPES["vit"]), inner, keras.layers.Dense(7, name="mine")]
    return keras.Sequential(layers, name="sequential")


LOGITS = {"classifier_activation": None}
BUILDS = {
    "vit": lambda: small_vit(position_embedding="relative", **LOGITS),
    "swin": lambda: small_swin(**LOGITS),
    "around": around,
}


def random_model(kind):
    """Its head begins at zero: its logits would be the same for all images."""
    model = BUILDS[kind]()
    kernels = [v for v in model.weights if v.name == "kernel"]
    for seed, kernel in enumerate(kernels):
        fan_in = np.prod(kernel.shape[:-1])
        kernel.assign(array(*kernel.shape, seed=seed) / fan_in**0.5)
    return model


def learned(kind, **arguments):
    """A model whose LoRA is not the zero that it begins with, and images."""
    model = random_model(kind)
    enable_lora(model, **arguments)
    small = [v for v in model.trainable_weights if "lora" in v.name]
    for seed, variable in enumerate(small):
        variable.assign(0.5 * array(*variable.shape, seed=seed))
    return model, images_of(kind)


def images_of(kind, count=4):
    return array(count, *SHAPES["swin" if kind == "swin" else "vit"])


def is_of_lora_or_head(path):
    *_, layer, name = path.split("/")
    return layer in ("head", "mine") or name in ("lora_kernel_a", "lora_kernel_b")


# ViT: 2 blocks of width 12, MLPs of 13. Swin: 2 blocks of width 6 and 2 of 12, MLPs of
# 4 times that. Rank 2. Heads from 12 to 7.
HEAD = 12 * 7 + 7
COUNTS = [
    ("vit", ("attention", "mlp"), 2 * 2 * (4 * (12 + 12) + 2 * (12 + 13)) + HEAD),
    ("vit", "mlp", 2 * 2 * 2 * (12 + 13) + HEAD),
    ("vit", ["query", "value"], 2 * 2 * 2 * (12 + 12) + HEAD),
    ("around", ("attention", "key"), 2 * 2 * 4 * (12 + 12) + HEAD),
    (
        "swin",
        ("attention", "mlp"),
        2 * 2 * (4 * (6 + 6) + 2 * (6 + 24) + 4 * (12 + 12) + 2 * (12 + 48)) + HEAD,
    ),
]


@pytest.mark.parametrize(("kind", "targets", "expected"), COUNTS)
def test_how_many_numbers_are_trained(kind, targets, expected):
    model = BUILDS[kind]()
    enable_lora(model, 2, targets=targets)
    assert sum(np.prod(v.shape) for v in model.trainable_variables) == expected


@pytest.mark.parametrize("kind", BUILDS)
def test_what_learns(kind):
    model = random_model(kind)
    images = images_of(kind, 8)
    before = model.predict(images, verbose=0)
    enable_lora(model, rank=2)
    np.testing.assert_array_equal(model.predict(images, verbose=0), before)

    model.compile(AdamW(0.01, weight_decay=0.1), "mse")
    old = {v.path: to_numpy(v) for v in model.weights}
    assert len(old) == len(model.weights)  # each has a path of its own
    history = model.fit(images, before[::-1], batch_size=4, epochs=6, verbose=0)
    losses = history.history["loss"]
    assert losses[-1] < 0.8 * losses[0]
    moved = {
        v.path for v in model.weights if not np.array_equal(to_numpy(v), old[v.path])
    }
    assert moved == {path for path in old if is_of_lora_or_head(path)}


@pytest.mark.filterwarnings("ignore:Layer .* does not have a `quantize` method")
@pytest.mark.filterwarnings("ignore:.*not implemented.*quantize")
@pytest.mark.parametrize("kind", BUILDS)
def test_merged_saved_and_quantized(kind, tmp_path):
    model, images = learned(kind, rank=3, alpha=2)
    for layer in adapted_layers(model):
        assert (layer.lora_rank, layer.lora_alpha) == (3, 2)
    expected = model.predict(images, verbose=0)
    assert np.ptp(expected, axis=0).min() > 0.1  # no constants
    plain = random_model(kind)
    assert relative_difference(to_numpy(plain(images)), expected) > 0.1

    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    merged = merge_lora(model)
    for one in (loaded, merged):
        assert relative_difference(to_numpy(one(images)), expected) < 1e-5
        assert not adapted_layers(one)
    assert type(merged) is type(model)
    assert merged.name == model.name
    assert [v.path for v in merged.weights] == [v.path for v in loaded.weights]
    assert [v.name for v in merged.weights] == [
        v.name for v in model.weights if "lora" not in v.name
    ]
    trained = [v.path for v in merged.trainable_variables]
    assert len(trained) == 2
    assert all(is_of_lora_or_head(path) for path in trained)
    assert len(adapted_layers(model)) > 10  # and the first is as it was

    merged.quantize("int8")
    layers = merged._flatten_layers()
    dense = [layer for layer in layers if isinstance(layer, keras.layers.Dense)]
    assert {layer.quantization_mode for layer in dense} == {"int8"}
    # Without what was learned the difference is at least 0.7.
    assert relative_difference(to_numpy(merged(images)), expected) < 0.25


def test_merging_shares_nothing():
    """Also when the first model is trained on."""
    model, images = learned("vit")
    merged = merge_lora(model)
    before = merged.predict(images, verbose=0)
    model.compile(AdamW(0.1), "mse")
    model.fit(images, before, verbose=0)
    np.testing.assert_array_equal(merged.predict(images, verbose=0), before)
    enable_lora(merged)  # and again


def test_a_head_with_lora_of_its_own_is_merged_too():
    model, images = learned("vit")
    head = model.get_layer("head")
    head.enable_lora(2)
    head.lora_kernel_b.assign(array(2, 7))
    expected = to_numpy(model(images))
    merged = merge_lora(model)
    assert not adapted_layers(merged)
    assert relative_difference(to_numpy(merged(images)), expected) < 1e-5


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "bfloat16"])
def test_types_stay(dtype):
    model = small_vit(dtype=dtype)
    randomize(model)
    enable_lora(model)
    merged = merge_lora(model)
    for layer in merged.layers:
        assert layer.dtype_policy == model.get_layer(layer.name).dtype_policy
    images = images_of("vit")
    got, expected = to_numpy(merged(images)), to_numpy(model(images))
    assert relative_difference(got, expected) < 0.02


def test_with_recomputation():
    with keras.RematScope(mode="full"):
        model = small_vit()
    randomize(model)
    enable_lora(model)
    model.compile(AdamW(0.01), "mse")
    images = images_of("vit")
    a = model.get_layer("encoder_block_0").mlp.hidden_dense.lora_kernel_a
    before = to_numpy(a)
    model.fit(images, array(4, 7), epochs=2, verbose=0)  # in the first step B is zero
    assert not np.array_equal(to_numpy(a), before)


def test_what_was_compiled_before():
    model = random_model("vit")
    images = images_of("vit")
    before = model.predict(images, verbose=0)
    enable_lora(model)
    query = model.get_layer("encoder_block_0").attention.query_dense
    query.lora_kernel_b.assign(array(*query.lora_kernel_b.shape))
    assert relative_difference(model.predict(images, verbose=0), before) > 1e-3


def test_layer_decay_and_finetune():
    model = random_model("vit")
    enable_lora(model)
    scales = learning_rate_scales(model, 0.5)
    assert scales["encoder_block_0/mlp/hidden/lora_kernel_a"] == 0.25
    assert scales["encoder_block_1/attention/query/lora_kernel_b"] == 0.5
    old = {v.path: to_numpy(v) for v in model.weights}
    data = images_of("vit"), np.arange(4)
    finetune(model, data, epochs=2, probe_epochs=1, verbose=0)
    moved = {
        v.path for v in model.weights if not np.array_equal(to_numpy(v), old[v.path])
    }
    assert moved == {path for path in old if is_of_lora_or_head(path)}


@pytest.mark.parametrize("rank", [0, -1, 2.5, True, "4", None])
def test_ranks(rank):
    model = small_vit()
    with pytest.raises(ValueError, match=r"`rank` should be a positive int\. Received"):
        enable_lora(model, rank)
    assert len(model.trainable_weights) == len(model.weights)


@pytest.mark.parametrize("targets", ["head", (), ("mlp", "output"), None, [3]])
def test_targets(targets):
    with pytest.raises(ValueError, match=r"`targets` should be some of 'attention',"):
        enable_lora(small_vit(), targets=targets)


@pytest.mark.parametrize("alpha", [0, -1.0, float("nan"), "1"])
def test_alphas(alpha):
    with pytest.raises(ValueError, match="`alpha` should be"):
        enable_lora(small_vit(), alpha=alpha)


def test_models_without_blocks_with_lora_and_without():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)], name="other")
    with pytest.raises(ValueError, match=r"hold a ViT or a Swin.*'other' with 0 blo"):
        enable_lora(model)
    with pytest.raises(ValueError, match=r"with LoRA\. Received: 'other', which has"):
        merge_lora(model)
    model = small_vit(name="mine")
    enable_lora(model)
    with pytest.raises(ValueError, match=r"'mine' has LoRA already, in 12 layers such"):
        enable_lora(model)
