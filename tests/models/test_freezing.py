"""What was frozen stays frozen in a file, a clone and a configuration, and no more."""

import keras
import numpy as np
import pytest

from keras_vit import layers
from keras_vit.training import AdamW
from tests.helpers import array, randomize, to_numpy
from tests.models.small import SHAPES, small_swin, small_vit


def _all_but_the_head(model):
    for layer in model.layers[:-1]:
        layer.trainable = False


def _but_one_inner_layer(block, inner):
    """Freeze a block but for a layer that is made within another one."""

    def freeze(model):
        layer = model.get_layer(block)
        layer.trainable = False
        inner(layer).trainable = True

    return freeze


def _inner(layer, inner):
    def freeze(model):
        inner(model.get_layer(layer)).trainable = False

    return freeze


VIT = {
    "all but the head": _all_but_the_head,
    "a block": _inner("encoder_block_0", lambda block: block),
    "its attention": _inner("encoder_block_0", lambda block: block.attention),
    "a layer made in __init__": _inner(
        "encoder_block_0", lambda block: block.mlp.hidden_dense
    ),
    "a layer made in build": _inner(
        "encoder_block_0", lambda block: block.mlp.output_dense
    ),
    "layer scale": _inner("encoder_block_0", lambda block: block.mlp_layer_scale),
    "the projection": _inner("patch_embedding", lambda patches: patches.projection),
    "a block but its query": _but_one_inner_layer(
        "encoder_block_0", lambda block: block.attention.query_dense
    ),
    "the whole model": lambda model: setattr(model, "trainable", False),
    "nothing": lambda model: None,
}
SWIN = {
    "all but the head": _all_but_the_head,
    "a block": _inner("stage_0_block_0", lambda block: block),
    "windows": _inner("stage_0_block_0", lambda block: block.attention),
    "a table but not its layers": _but_one_inner_layer(
        "stage_0_block_0", lambda block: block.attention.attention
    ),
    "merging": _inner("stage_1_patch_merging", lambda merging: merging.reduction),
}
CASES = [("vit", kind) for kind in VIT] + [("swin", kind) for kind in SWIN]


def _frozen(family, kind):
    if family == "swin":
        model = small_swin(depths=(1, 1))
        SWIN[kind](model)
    else:
        model = small_vit(num_layers=1, layer_scale_init=0.1)
        VIT[kind](model)
    return model


def _saved_and_loaded(model, folder):
    model.save(folder / "model.keras")
    return keras.saving.load_model(folder / "model.keras")


COPIES = {
    "loaded twice": lambda model, folder: _saved_and_loaded(
        _saved_and_loaded(model, folder), folder
    ),
    "cloned": lambda model, _: keras.models.clone_model(model),
    "from_config": lambda model, _: type(model).from_config(model.get_config()),
}


def _trainable(model):
    """Of each layer that has weights: Keras keeps no more of its own."""
    layers = {layer.path: layer for layer in model._flatten_layers(include_self=False)}
    flags = {path: one.trainable for path, one in layers.items() if one.weights}
    return flags, [weight.path for weight in model.trainable_weights]


@pytest.mark.parametrize("copy", COPIES)
@pytest.mark.parametrize(("family", "kind"), CASES)
def test_copies_have_the_same_frozen(family, kind, copy, tmp_path):
    model = _frozen(family, kind)
    assert _trainable(COPIES[copy](model, tmp_path)) == _trainable(model)


@pytest.mark.parametrize(
    ("family", "kind"),
    [("vit", "a layer made in build"), ("swin", "all but the head")],
)
def test_a_loaded_model_trains_what_it_should(family, kind, tmp_path):
    model = _frozen(family, kind)
    randomize(model)
    loaded = _saved_and_loaded(model, tmp_path)
    loaded.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy")
    before = [to_numpy(weight) for weight in loaded.weights]
    loaded.train_on_batch(array(7, *SHAPES[family]), np.arange(7))
    moved = {
        weight.path
        for weight, old in zip(loaded.weights, before, strict=True)
        if np.abs(to_numpy(weight) - old).max() > 0
    }
    # A key's bias adds the same to all logits of a query: softmax ignores it.
    expected = {w.path for w in model.trainable_weights if "key/bias" not in w.path}
    assert {path for path in moved if "key/bias" not in path} == expected


def test_the_optimizers_state_is_loaded(tmp_path):
    model = _frozen("vit", "a block but its query")
    model.compile(AdamW(0.01), "sparse_categorical_crossentropy")
    data = array(7, *SHAPES["vit"]), np.arange(7)
    model.train_on_batch(*data)
    loaded = _saved_and_loaded(model, tmp_path)  # a state of another size would warn
    pairs = zip(model.optimizer.variables, loaded.optimizer.variables, strict=True)
    for one, other in pairs:
        np.testing.assert_array_equal(to_numpy(one), to_numpy(other))


@pytest.mark.parametrize("how", ["argument", "attribute"])
def test_what_is_made_in_build_is_frozen_with_its_layer(how):
    if how == "argument":
        block = layers.EncoderBlock(3, 11, layer_scale_init=0.1, trainable=False)
    else:
        block = layers.EncoderBlock(3, 11, layer_scale_init=0.1)
        block.trainable = False
    image = keras.Input((7, 15))
    model = keras.Model(image, keras.layers.Dense(2, name="head")(block(image)))
    trainable = [weight.path for weight in model.trainable_weights]
    assert trainable == ["head/kernel", "head/bias"]


def test_frozen_before_it_is_built_and_written_down():
    block = layers.EncoderBlock(3, 11, name="block")
    block.attention.trainable = False
    again = layers.EncoderBlock.from_config(block.get_config())
    assert again.get_config() == block.get_config()
    for one in (block, again):
        one.build((2, 7, 15))
        frozen = {w.path for w in one.weights if not w.trainable}
        assert frozen == {w.path for w in one.attention.weights}
    assert again.get_config() == block.get_config()


def test_nothing_is_written_where_nothing_is_frozen_within():
    model = small_vit()
    for layer in model.layers:
        assert "inner_trainable" not in layer.get_config()
