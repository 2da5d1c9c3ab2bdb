"""Every name and shape of published files goes to its place in the right variant.

Nothing is allocated: the arrays are views of one zero, the models have no values.
"""

import functools
import json
from pathlib import Path

import numpy as np
import pytest

import keras_vit
from keras_vit.weights.assign import make_plan
from keras_vit.weights.geometry import describe
from keras_vit.weights.key_maps import detect_format, match_names
from keras_vit.weights.load import prefix_tokens
from keras_vit.weights.position_fitting import Origin
from tests.helpers import without_values

pytestmark = pytest.mark.slow

FIXTURES = json.loads(
    (Path(__file__).parents[1] / "reference/key_fixtures.json").read_text()
)
HEADLESS = {"include_top": False}
# Fixture: variant, arguments, format, tensors that are not needed.
CASES = {
    "timm_vit_tiny_patch16_224_head1000": ("ViTTi16", {}, "timm ViT", 0),
    "timm_deit_tiny_distilled_patch16_224": (
        "ViTTi16",
        {"num_register_tokens": 1, **HEADLESS},
        "timm ViT",
        4,  # two heads
    ),
    "timm_deit3_small_patch16_224": ("ViTS16", {"layer_scale_init": 1}, "timm ViT", 0),
    "timm_vit_small_patch14_reg4_dinov2_518": (
        "ViTS14",
        {"num_register_tokens": 4, **HEADLESS},
        "timm ViT",
        0,
    ),
    "npz_augreg_Ti_16_i1k_224": ("ViTTi16", {}, "Google ViT", 0),
    "npz_original_ViT-B_16_imagenet21k": (
        "ViTB16",
        {"classes": 21843},
        "Google ViT",
        2,  # pre_logits
    ),
    "hf_vit_base_patch16_224_ForImageClassification": (
        "ViTB16",
        {},
        "Hugging Face ViT",
        0,
    ),
    "hf_vit_base_patch16_224_in21k_ViTModel": (
        "ViTB16",
        HEADLESS,
        "Hugging Face ViT",
        2,  # pooler
    ),
    "hf_v5_vit_base_patch16_224_ForImageClassification": (
        "ViTB16",
        {},
        "Hugging Face ViT",
        0,
    ),
    "timm_swin_tiny_patch4_window7_224": ("SwinT", {}, "timm Swin", 0),
    "microsoft_swin_tiny_patch4_window7_224": ("SwinT", {}, "Microsoft Swin", 17),
    "hf_swin_tiny_patch4_window7_224": ("SwinT", {}, "Hugging Face Swin", 12),
    "hf_v5_swin_tiny_patch4_window7_224": ("SwinT", {}, "Hugging Face Swin", 0),
}


@functools.cache
def empty_model(variant, arguments):
    """Build a variant without values."""
    with without_values():
        return getattr(keras_vit, variant)(**dict(arguments))


@pytest.mark.parametrize("name", FIXTURES)
def test_every_name_has_its_place(name):
    variant, arguments, form, unneeded = CASES[name]
    zero = np.zeros((), "float32")
    tensors = {
        key.removeprefix("#buffer "): np.broadcast_to(zero, shape)
        for key, shape in FIXTURES[name].items()
    }
    key_map = detect_format(tensors, name)
    assert key_map.name == form
    matched = match_names(tensors, key_map, name)
    model = empty_model(variant, tuple(arguments.items()))
    geometry = describe(model)
    shapes = {weight.path: tuple(weight.shape) for weight in model.weights}
    origin = Origin(own=False, prefixes=prefix_tokens(matched, key_map))
    plan = make_plan(shapes, matched, geometry, origin, "bicubic", name)
    assert set(plan.arrays) == set(shapes)
    assert all(plan.arrays[path].shape == shape for path, shape in shapes.items())
    zeros = {"timm_deit3_small_patch16_224": 1}.get(name, 5 if "reg4" in name else None)
    expected = (
        {}
        if zeros is None
        else {"position_embedding/embedding": f"zeros for {zeros} prefix tokens"}
    )
    assert plan.resized == expected
    assert len(matched.ignored) + len(plan.unneeded) == unneeded
