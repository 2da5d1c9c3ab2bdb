"""Bad input gets a ValueError that says what came, what was expected, how to mend."""

import inspect
import re

import pytest

import keras_vit
from tests.models.small import small_swin, small_vit

BAD = {
    "heads do not divide": (
        lambda: small_vit(num_heads=5),
        "divisible by .num_heads.*hidden_dim=12, num_heads=5",
    ),
    "image smaller than a patch": (
        lambda: small_vit(input_shape=(2, 10, 5)),
        "smaller than a patch: height 2 < 3",
    ),
    "no whole number of patches": (
        lambda: small_vit(input_shape=(9, 11, 5)),
        "No whole number of patches.*width 11 is not a multiple of 2",
    ),
    "rank of the shape": (
        lambda: small_vit(input_shape=(9, 10)),
        "three positive ints.*\\(9, 10\\)",
    ),
    "unknown side": (
        lambda: small_swin(input_shape=(None, 20, 5)),
        "three positive ints.*None",
    ),
    "channels": (lambda: small_vit(input_shape=(9, 10, 0)), "three positive ints"),
    "pooling": (
        lambda: small_vit(pooling="mean"),
        "pooling.*None, 'token', 'avg', 'max'.*'mean'",
    ),
    "pooling of Swin": (
        lambda: small_swin(pooling="token"),
        "pooling.*None, 'avg', 'max'.*'token'",
    ),
    "no token to pool": (
        lambda: small_vit(pooling="token", class_token=False),
        "reads the class token, and there is none",
    ),
    "a register token for the class token": (
        lambda: small_vit(pooling="token", class_token=False, num_register_tokens=2),
        "reads the class token, and there is none.*class_token=False",
    ),
    "position embedding": (
        lambda: small_vit(position_embedding="rope"),
        "position_embedding.*'learned_2d'.*'rope'",
    ),
    "classes": (lambda: small_vit(classes=0), "at least 1.*classes=0"),
    "classes of Swin": (lambda: small_swin(classes=None), "classes=None"),
    "stages": (lambda: small_swin(depths=(2, 2, 2)), "one int a stage"),
    "heads of a stage": (
        lambda: small_swin(num_heads=(1, 5)),
        "hidden_dim=12, num_heads=5",
    ),
    "window": (lambda: small_swin(window_size=0), "at least 1.*window_size=0"),
    "drop path": (lambda: small_swin(drop_path_rate=1.0), "drop_path_rate=1.0"),
    "layers": (lambda: small_vit(num_layers=0), "num_layers=0"),
    "preprocessing of other channels": (
        lambda: small_swin(include_preprocessing=True),
        "3 channels. Received: images of 5",
    ),
    "unknown tag": (lambda: keras_vit.ViTB16(weights="augmented"), "augmented"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_argument(case):
    make, message = BAD[case]
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("case", BAD)
def test_the_message_names_arguments_of_the_model_alone(case):
    with pytest.raises(ValueError) as caught:
        BAD[case][0]()
    arguments = {
        name
        for model in (keras_vit.VisionTransformer, keras_vit.SwinTransformer)
        for name in inspect.signature(model).parameters
    }
    assert set(re.findall(r"(\w+)=", str(caught.value))) <= arguments
