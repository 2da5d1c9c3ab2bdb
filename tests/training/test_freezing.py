"""Freezing by name: what is trained, in which model, also after it was saved."""

import keras
import numpy as np
import pytest

from keras_vit.training import AdamW, freeze, unfreeze
from tests.helpers import array, randomize, to_numpy
from tests.models.small import SHAPES, small_swin, small_vit


def vit():
    return small_vit(num_layers=3, num_register_tokens=2, layer_scale_init=0.1)


def around():
    inner = small_vit(include_top=False, pooling="token")
    dense = keras.layers.Dense(3, name="mine")
    layers = [keras.Input(SHAPES["vit"]), inner, dense]
    return keras.Sequential(layers, name="sequential")


def swin():
    return small_swin(absolute_position_embedding=True)


END = {"norm", "head"}
SECOND = {"stage_1_block_0", "stage_1_block_1"}
MERGING = "stage_1_patch_merging"
CASES = {  # the first parts of the paths that are left to train
    "probe": (vit, None, {"head"}),
    "stem": (vit, "position_embedding", {f"encoder_block_{n}" for n in range(3)} | END),
    "block": (vit, "encoder_block_1", {"encoder_block_2"} | END),
    "last": (vit, "norm", {"head"}),
    "Swin's probe": (swin, None, {"head"}),
    "before merging": (swin, "stage_0_block_1", {MERGING} | SECOND | END),
    "merging": (swin, MERGING, SECOND | END),
    "Swin's block": (swin, "stage_1_block_0", {"stage_1_block_1"} | END),
    "a probe around": (around, None, {"mine"}),
    "a block within": (around, "encoder_block_0", {"encoder_block_1", "norm", "mine"}),
    "a model within": (around, "vision_transformer", {"mine"}),
}


def trained(model):
    """Names of layers; what a path names before them are models around."""
    paths = [v.path.split("/") for v in model.trainable_variables]
    around = {"sequential", "vision_transformer"}
    return {next(part for part in path if part not in around) for path in paths}


@pytest.mark.parametrize("kind", CASES)
def test_what_is_left_and_saved(kind, tmp_path):
    build, until, expected = CASES[kind]
    model = build()
    freeze(model, until)
    assert trained(model) == expected
    model.save(tmp_path / "model.keras")
    assert trained(keras.saving.load_model(tmp_path / "model.keras")) == expected
    unfreeze(model)
    assert len(model.trainable_variables) == len(model.weights)


@pytest.mark.parametrize("kind", ["block", "Swin's block", "a block within"])
def test_fit_moves_what_is_left_alone(kind):
    build, until, _ = CASES[kind]
    model = build()
    randomize(model)
    freeze(model, until)
    model.compile(AdamW(0.01, weight_decay=0.1), "mse")
    before = {v.path: to_numpy(v) for v in model.weights}
    images = array(4, *SHAPES["swin" if build is swin else "vit"])
    model.fit(images, array(4, *model.output_shape[1:]), batch_size=2, verbose=0)
    moved = {
        v.path for v in model.weights if not np.array_equal(to_numpy(v), before[v.path])
    }
    kept = {path for path in moved if not path.endswith("key/bias")}
    expected = {v.path for v in model.trainable_variables}
    assert kept == {path for path in expected if not path.endswith("key/bias")}


def test_further_blocks_and_back():
    model = vit()
    freeze(model, until="encoder_block_1")
    freeze(model, until="encoder_block_0")  # freezes, and lets nothing loose
    assert not model.get_layer("encoder_block_1").trainable
    unfreeze(model)
    freeze(model, until="encoder_block_0")
    assert model.get_layer("encoder_block_1").trainable


def test_unfreeze_reaches_layers_within():
    model = vit()
    model.get_layer("encoder_block_0").attention.trainable = False
    unfreeze(model)
    assert len(model.trainable_variables) == len(model.weights)


def test_freeze_reaches_layers_within():
    """Also those that are trained in a layer that is not."""
    model = vit()
    block = model.get_layer("encoder_block_0")
    block.trainable = False
    block.attention.trainable = True
    freeze(model, until="encoder_block_0")
    assert trained(model) == {"encoder_block_1", "encoder_block_2"} | END
    assert not block.attention.trainable


def test_names_of_no_layer():
    with pytest.raises(ValueError, match=r"encoder_blok_1'.*Near it are 'encoder_blo"):
        freeze(vit(), until="encoder_blok_1")
    with pytest.raises(ValueError, match=r"Received: until=6\. There are 'image'"):
        freeze(vit(), until=6)


@pytest.mark.parametrize(
    ("build", "until"), [(vit, "head"), (lambda: small_vit(include_top=False), None)]
)
def test_something_is_left_to_train(build, until):
    model = build()
    with pytest.raises(ValueError, match="Nothing would be left to train"):
        freeze(model, until)
    assert len(model.trainable_variables) == len(model.weights)  # and all is as it was


def test_a_head_of_what():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="mine")])
    with pytest.raises(ValueError, match=r"hold a ViT or a Swin.*'mine'"):
        freeze(model)
