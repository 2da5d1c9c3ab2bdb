"""The catalogue names the published weights and finds them again."""

import re

import pytest

import keras_vit
from keras_vit.models.variants import SWIN_VARIANTS, VIT_VARIANTS
from keras_vit.weights import list_weights, plan_weights, weights_info
from keras_vit.weights.catalogue import catalogue
from keras_vit.weights.lookup import best_classifier
from tests.helpers import without_values
from tests.models.test_parameter_counts import SWIN, VIT

VARIANTS = [*VIT_VARIANTS, *SWIN_VARIANTS]


def test_every_variant_has_weights():
    assert {info.variant for info in catalogue()} == set(VARIANTS)


@pytest.mark.parametrize("info", catalogue(), ids=lambda i: f"{i.variant}-{i.tag}")
def test_row_is_whole(info):
    row = (VIT_VARIANTS | SWIN_VARIANTS)[info.variant]
    assert info.input_size % row.patch_size == 0
    assert (info.repository is None) != (info.url is None)
    assert info.file.endswith((".safetensors", ".npz", ".pth"))
    assert info.classes in (0, 1000, 21841, 21843)
    assert info.top1 is None or 70 < info.top1 < 90
    assert 0.8 < info.crop <= 1.0
    assert ("_384" in info.tag) == (info.input_size == 384)
    assert set(info.build) <= {"layer_scale_init", "num_register_tokens", "window_size"}
    assert weights_info(info.tag, info.variant) == info


@pytest.mark.parametrize(
    ("variant", "tags"),
    [
        ("ViTTi16", "augreg_in21k augreg_in21k_ft_in1k augreg_in21k_ft_in1k_384"),
        ("ViTB16", "augreg_in1k augreg_in1k_384 augreg_in21k augreg_in21k_ft_in1k"),
        ("ViTB16", "orig_in21k orig_in21k_ft_in1k sam_in1k dino mae deit_in1k"),
        ("ViTL16", "augreg_in21k_ft_in1k_384 orig_in21k mae"),
        ("ViTH14", "orig_in21k mae"),
        ("ViTL14", "dinov2 dinov2_registers"),
        ("SwinT", "ms_in1k ms_in22k ms_in22k_ft_in1k"),
        ("SwinB", "ms_in1k_384 ms_in22k_384 ms_in22k_ft_in1k_384"),
        ("SwinL", "ms_in22k ms_in22k_ft_in1k ms_in22k_ft_in1k_384"),
    ],
)
def test_published_tags(variant, tags):
    assert set(tags.split()) <= set(list_weights(variant))


def test_known_facts():
    info = weights_info("augreg_in21k_ft_in1k", "ViTB16")
    assert info.repository == "timm/vit_base_patch16_224.augreg_in21k_ft_in1k"
    assert (info.input_size, info.top1, info.crop) == (224, 84.534, 0.9)
    assert info.mean == info.std == (0.5, 0.5, 0.5)
    assert "84.534" in str(info)
    assert weights_info("ms_in1k", "SwinT").std == (0.229, 0.224, 0.225)
    assert weights_info("dinov2", "ViTS14").repository == "facebook/dinov2-small"
    assert not weights_info("mae", "ViTL16").commercial_use
    full = "vit_base_patch16_224.augreg_in21k_ft_in1k"
    assert weights_info(full) == info
    only = weights_info("orig_in21k_ft_in1k", "ViTL32")
    assert only.input_size == 384


def test_best_classifier():
    assert weights_info("imagenet", "ViTB16") == best_classifier("ViTB16", 224)
    assert best_classifier("ViTB16", 384).input_size == 384
    assert best_classifier("ViTB16").top1 == max(
        info.top1
        for info in catalogue()
        if (info.variant, info.input_size, info.classes) == ("ViTB16", 224, 1000)
        and info.top1
    )
    with pytest.raises(ValueError, match="no weights of an ImageNet-1k classifier"):
        best_classifier("ViTS14")


def test_unknown_and_ambiguous_tags():
    with pytest.raises(ValueError, match=r"Did you mean .*'augreg_in21k'"):
        weights_info("augreg_in21", "ViTB16")
    with pytest.raises(ValueError, match="shared by several variants: .*ViTB32"):
        weights_info("augreg_in21k")
    with pytest.raises(ValueError, match="No weights are known for the variant 'VGG'"):
        list_weights("VGG")


def test_plans():
    assert plan_weights("ViTB16", None).source is None
    plan = plan_weights("SwinB", "imagenet", (384, 384, 3))
    assert plan.info.input_size == plan.input_size == 384
    assert plan.build == {"window_size": 12}
    plan = plan_weights("ViTS14", "dinov2_registers")
    assert plan.build == {"layer_scale_init": 1e-5, "num_register_tokens": 4}
    assert plan.mean_std == ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    plan = plan_weights("ViTS14", "hf://facebook/dinov2-with-registers-small")
    assert plan.build["num_register_tokens"] == 4
    assert plan_weights("ViTB16", "some.safetensors").mean_std is None
    assert plan_weights(None, "dinov2").source == "dinov2"
    with pytest.raises(ValueError, match="no weights with the tag 'nothing'"):
        plan_weights(None, "nothing")


def test_public_names():
    assert keras_vit.list_weights is list_weights
    assert keras_vit.weights_info is weights_info
    for variant in VARIANTS:
        assert re.fullmatch(r"(ViT|Swin)\w+", variant)
        assert hasattr(keras_vit, variant)


def test_details():
    table = list_weights("ViTS14", details=True)
    assert [info.tag for info in table] == ["dinov2", "dinov2_registers"]
    assert table[0].parameters == 22_056_192  # as the published file has
    lines = str(table).splitlines()
    assert len(lines) == 3
    for fact in ("ViTS14", "dinov2", "22.1 M", "518", "apache-2.0"):
        assert fact in lines[1].split("  ") or f" {fact} " in lines[1] + " "
    table = list_weights(details=True)
    assert len(table) == len(catalogue())
    assert "85.7 %" in str(table)
    with pytest.raises(ValueError, match="`details` should be True or False"):
        list_weights("ViTS14", details="all")


def test_parameters_are_the_published_counts():
    """Without classifier and with it, for the sizes that the papers' tables tell."""
    seen = 0
    for info in catalogue():
        if info.variant.startswith("Swin"):
            window = info.build.get("window_size", 7)
            known = SWIN[info.variant].get((info.input_size, window))
            width = SWIN_VARIANTS[info.variant].hidden_dim * 8
        else:
            known = VIT[info.variant].get(info.input_size) if not info.build else None
            width = VIT_VARIANTS[info.variant].hidden_dim
        if known is not None:
            head = (width + 1) * info.classes
            assert info.parameters == known[0] + head, info.tag
            seen += 1
    assert seen > 100


@pytest.mark.slow
def test_parameters_of_the_others():
    """With layer scale, registers, or of another size: those that are built."""
    for info in catalogue():
        if info.build.keys() - {"window_size"}:
            with without_values():
                model = getattr(keras_vit, info.variant)(
                    include_top=False, input_shape=(info.input_size,) * 2 + (3,),
                    **info.build,
                )  # fmt: skip
            width = VIT_VARIANTS[info.variant].hidden_dim
            count = model.count_params() + (width + 1) * info.classes * bool(
                info.classes
            )
            assert info.parameters == count, info.tag
