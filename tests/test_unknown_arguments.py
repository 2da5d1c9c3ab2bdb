"""A wrong name of an argument is answered with the right one."""

import inspect
import re

import pytest

import keras_vit
from keras_vit import applications
from keras_vit.unknown_arguments import ELSEWHERE

MODELS = {name: getattr(keras_vit, name) for name in applications.__all__}


@pytest.mark.parametrize("name", MODELS)
def test_every_model_names_itself_and_what_was_meant(name):
    with pytest.raises(TypeError, match=re.escape(f"{name}() has no argument `")):
        MODELS[name](num_classes=5)
    with pytest.raises(TypeError, match="`num_classes`. Did you mean `classes`?"):
        MODELS[name](num_classes=5)
    with pytest.raises(TypeError, match="Did you mean `weights`?"):
        MODELS[name](weigths=None)
    with pytest.raises(TypeError, match="It takes include_top, weights, .*classes"):
        MODELS[name](qqqq=1)


@pytest.mark.parametrize(
    ("name", "argument", "meant"),
    [
        ("VisionTransformer", "depth", "num_layers"),
        ("SwinTransformer", "depth", "depths"),
        ("ViTB16", "image_size", "input_shape"),
        ("SwinT", "drop_path", "drop_path_rate"),
        ("ViTS14", "init_values", "layer_scale_init"),
    ],
)
def test_names_of_other_libraries(name, argument, meant):
    with pytest.raises(TypeError, match=f"Did you mean `{meant}`"):
        MODELS[name](**{argument: 1})


@pytest.mark.parametrize("argument", ["hidden_dim", "embed_dim", "hidden_size"])
def test_what_a_variant_has_settled(argument):
    with pytest.raises(TypeError, match="`hidden_dim` is what makes a ViTB16"):
        keras_vit.ViTB16(**{argument: 64})


def test_each_other_name_leads_to_an_argument_that_there_is():
    known = set()
    for name in ("VisionTransformer", "SwinTransformer"):
        known |= set(inspect.signature(MODELS[name]).parameters)
    assert set(ELSEWHERE.values()) <= known
    assert not set(ELSEWHERE) & known


def test_too_many_positions_name_the_function():
    with pytest.raises(TypeError, match=r"ViTB16\(\): too many positional"):
        keras_vit.ViTB16(*range(30))
