"""`weights=` of the public models: tags for models of any size, paths of every kind."""

from pathlib import Path

import numpy as np
import pytest

import keras_vit
from keras_vit.weights import load_weights
from tests.helpers import without_values

VIT_TI16 = {
    "patch_size": 16,
    "hidden_dim": 192,
    "num_layers": 12,
    "num_heads": 3,
    "mlp_dim": 768,
}
VIT_S14 = {
    "patch_size": 14,
    "hidden_dim": 384,
    "num_layers": 12,
    "num_heads": 6,
    "mlp_dim": 1536,
}
SWIN_T = {"hidden_dim": 96, "depths": (2, 2, 6, 2), "num_heads": (3, 6, 12, 24)}


@pytest.fixture
def asked(monkeypatch):
    """What is loaded into which model, in place of the loading."""
    calls = []

    class Report:
        fresh = ()

    def load(model, source, variant):
        calls.append((model, source, variant))
        return Report

    monkeypatch.setattr("keras_vit.pretrained.load_weights", load)
    return calls


@pytest.mark.parametrize(
    ("make", "sizes", "tag", "variant", "meant"),
    [
        ("VisionTransformer", VIT_TI16, "imagenet", "ViTTi16", "augreg_in21k_ft_in1k"),
        ("VisionTransformer", VIT_TI16, "deit_in1k", "ViTTi16", "deit_in1k"),
        ("VisionTransformer", VIT_S14, "dinov2_registers", "ViTS14", None),
        ("SwinTransformer", SWIN_T, "imagenet", "SwinT", "ms_in1k"),
    ],
)
def test_sizes_of_a_variant_have_its_tags(asked, make, sizes, tag, variant, meant):
    """A model of any size is built just as the variant of these sizes is."""
    models = {}
    for name, arguments in ((make, sizes), (variant, {})):
        with without_values():
            models[name] = getattr(keras_vit, name)(weights=tag, **arguments)
    (first, source, told), (second, *known) = asked
    assert (source, told) == (meant or tag, variant) == tuple(known)
    shapes = [[(w.path, tuple(w.shape)) for w in m.weights] for m in (first, second)]
    assert shapes[0] == shapes[1]
    assert first.input_shape == second.input_shape


def test_imagenet_is_the_best_at_the_images_size(asked):
    with without_values():
        keras_vit.VisionTransformer(
            weights="imagenet", input_shape=(384, 384, 3), **VIT_TI16
        )
    assert asked[0][1:] == ("augreg_in21k_ft_in1k_384", "ViTTi16")


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ("imagenet", "no variant that has it is of hidden_dim=24, num_layers=2"),
        ("dino", r"no variant that has it.*known for ViTS16, ViTB16, ViTB8"),
        ("dinosaur", "no weights with the tag 'dinosaur'. Did you mean 'dino"),
        (3, "`weights` should be None, a tag of"),
        ("", "`weights` should be None, a tag of"),
        (b"imagenet", "`weights` should be None, a tag of"),
        (np.zeros(3), "`weights` should be None, a tag of"),
    ],
)
def test_sizes_of_no_variant_have_no_tags(small_vit, weights, message):
    with pytest.raises(ValueError, match=message):
        small_vit(weights=weights)


def test_imagenet_for_a_model_that_is_built(monkeypatch):
    """The best for its size, which the catalogue knows by the model's own sizes."""
    files = []

    def download(repository, file):
        files.append(repository)
        raise ValueError("no network here")

    monkeypatch.setattr("keras_vit.weights.sources.download_from_hub", download)
    for size in (224, 384):
        with without_values():
            model = keras_vit.ViTTi16(input_shape=(size, size, 3))
            with pytest.raises(ValueError, match="no network here"):
                load_weights(model, "imagenet")
    assert files == [
        "timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k",
        "timm/vit_tiny_patch16_384.augreg_in21k_ft_in1k",
    ]


@pytest.mark.parametrize("kind", [str, Path, np.str_])
def test_paths_of_every_kind(small_vit, values, tmp_path, kind, monkeypatch):
    saved = small_vit()
    saved.save_weights(tmp_path / "mine.weights.h5")
    monkeypatch.setenv("HOME", str(tmp_path))
    sizes = {"patch_size": 8, "input_shape": (32, 48, 3), "classes": 5}
    sizes |= {"hidden_dim": 24, "num_layers": 2, "num_heads": 3, "mlp_dim": 40}
    for path in (tmp_path / "mine.weights.h5", "~/mine.weights.h5"):
        model = keras_vit.VisionTransformer(weights=kind(path), **sizes)
        for name, array in values(saved).items():
            np.testing.assert_array_equal(values(model)[name], array, name)
        assert not load_weights(model, kind(path)).fresh


@pytest.mark.parametrize("source", [None, 3, b"mine.npz", ["mine.npz"]])
def test_sources_of_no_kind(small_vit, source):
    with pytest.raises(ValueError, match="`source` should be"):
        load_weights(small_vit(), source)


def test_grids_as_numpy_gives_them(build_reference, reference):
    model = build_reference("timm_vit", image_shape=(64, 48, 3))
    file = reference / "timm_vit.safetensors"
    report = load_weights(model, file, source_grid=np.array([6, 4]))
    assert report.resized["position_embedding/embedding"].startswith("grid 6x4")
    for grid in ((6, 4, 1), "6x4", 2.5, (0, 4)):
        with pytest.raises(ValueError, match="`source_grid` should be"):
            load_weights(model, file, source_grid=grid)
