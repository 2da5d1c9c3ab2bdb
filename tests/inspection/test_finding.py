"""The ViT or Swin in a model is found and described, whatever holds it."""

import keras
import numpy as np
import pytest

import keras_vit
from keras_vit.inspection.finding import find
from tests.inspection.models import MAKERS, backbone, images, scattered
from tests.models.small import SHAPES, small_swin, small_vit


@pytest.mark.parametrize("wrapping", MAKERS)
def test_vit_is_described(wrapping, tmp_path):
    found = find(MAKERS[wrapping]("vit", tmp_path), SHAPES["vit"])
    assert (found.kind, found.image_size, found.patch_size) == ("vit", (9, 10), (3, 2))
    assert found.grid_size == (3, 5) and found.maps == ((3, 5), (3, 5))
    assert found.num_prefix_tokens == 1 and found.has_class_token
    assert [block.name for block in found.blocks] == [
        "encoder_block_0",
        "encoder_block_1",
    ]
    assert (found.num_stages, found.norm.name) == (1, "norm")
    assert len(found.path) == {"functional": 2, "sequential": 2, "twice_nested": 3}.get(
        wrapping, 1
    )


@pytest.mark.parametrize("wrapping", MAKERS)
def test_swin_is_described(wrapping, tmp_path):
    found = find(MAKERS[wrapping]("swin", tmp_path), SHAPES["swin"])
    assert (found.kind, found.grid_size, found.num_prefix_tokens) == (
        "swin",
        (7, 10),
        0,
    )
    assert found.stages == (0, 0, 1, 1) and found.num_stages == 2
    assert found.maps == ((7, 10), (7, 10), (4, 5), (4, 5))
    assert not found.reads_class_token


@pytest.mark.parametrize(
    ("arguments", "prefix", "reads"),
    [
        ({"num_register_tokens": 4}, 5, True),
        ({"pooling": "avg"}, 1, False),
        ({"class_token": False}, 0, False),
        ({"include_top": False}, 1, True),
        ({"class_token": False, "num_register_tokens": 2}, 2, False),
    ],
)
def test_tokens_before_the_patches(arguments, prefix, reads):
    found = find(small_vit(**arguments))
    assert (found.num_prefix_tokens, found.reads_class_token) == (prefix, reads)
    assert found.has_class_token == arguments.get("class_token", True)


def test_blocks_are_chosen_by_name_and_number():
    found = find(small_swin())
    assert found.chosen(None) == (0, 1, 2, 3)
    assert found.chosen(-1) == (3,)
    assert found.chosen("stage_1_block_0") == (2,)
    assert found.chosen([np.int64(1), "stage_0_block_0"]) == (1, 0)
    assert found.chosen(range(2)) == (0, 1)
    for wrong in (4, -5, "block", [0, 1.0], [None], True):
        with pytest.raises(ValueError, match="is no block of .* stage_1_block_1"):
            found.chosen(wrong)


def without_ours():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])


def two_of_them():
    image = keras.Input(SHAPES["vit"])
    return keras.Model(image, small_vit(name="a")(image) + small_vit(name="b")(image))


def with_two_inputs():
    image, more = keras.Input(SHAPES["vit"]), keras.Input((7,))
    return keras.Model([image, more], small_vit()(image) + more)


def pruned():
    """A ViT of which some patches never reach the blocks."""
    vit = small_vit()
    block = keras_vit.layers.EncoderBlock(3, 13)
    tokens = vit.get_layer("position_embedding").output
    return keras.Model(vit.input, block(tokens[:, :7]))


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.vit = small_vit()

    def call(self, x):
        return self.vit(x)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (without_ours, "holds none"),
        (lambda: keras.layers.Dense(2), "holds none"),
        (two_of_them, "holds several: 'a', 'b'"),
        (with_two_inputs, "has 2 inputs, and images are one"),
        (Subclassed, "has no graph of layers"),
        (lambda: keras.Sequential([small_vit()]), "or build the Sequential"),
        (pruned, "should get the 3x5 patches"),
    ],
)
def test_other_models_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        find(make())


def test_images_that_do_not_fit_are_refused():
    from keras_vit.inspection.running import found_for

    vit, photographs = backbone("vit"), images("vit")
    for wrong in (photographs[0], photographs[:, 1:], photographs[:0], 3.0):
        with pytest.raises(
            ValueError, match=r"takes images of shape \(batch, 9, 10, 5"
        ):
            found_for(vit, wrong)
    with pytest.raises(ValueError, match=r"images\[None\]"):
        found_for(vit, photographs[0])


def test_a_layer_of_ones_own_among_ours():
    """A model made of this package's layers by hand, under other names."""
    image = keras.Input((6, 8, 3))
    x = keras_vit.layers.PatchEmbedding(12, 2, name="words")(image)
    x = keras_vit.layers.EncoderBlock(3, 13, name="first")(x)
    model = scattered(keras.Model(image, keras.layers.LayerNormalization()(x)))
    found = find(model)
    assert (found.grid_size, found.num_prefix_tokens) == ((3, 4), 0)
    assert found.chosen("first") == (0,)
