"""What repositories and folders outside of the catalogue tell, and what it is worth."""

import json

import numpy as np
import pytest

import keras_vit
from keras_vit.weights import load_weights, plan_weights
from keras_vit.weights.configs import read_facts
from tests.weights.loopback import serving

VIT = {
    "architectures": ["ViTForImageClassification"],
    "model_type": "vit",
    "hidden_size": 24,
    "num_hidden_layers": 3,
    "num_attention_heads": 3,
    "intermediate_size": 96,
    "hidden_act": "gelu",
    "image_size": [48, 32],
    "patch_size": 8,
    "id2label": {str(number): f"class {number}" for number in range(5)},
}
SIZES = {
    "hidden_dim": 24,
    "num_layers": 3,
    "num_heads": 3,
    "mlp_dim": 96,
    "patch_size": 8,
}
DINOV2 = {
    "architectures": ["Dinov2WithRegistersModel"],
    "model_type": "dinov2_with_registers",
    "hidden_size": 384,
    "num_hidden_layers": 12,
    "num_attention_heads": 6,
    "mlp_ratio": 4,
    "hidden_act": "gelu",
    "image_size": 518,
    "patch_size": 14,
    "layerscale_value": 1.0,
    "num_register_tokens": 4,
}
SWIN = {
    "architectures": ["SwinModel"],
    "model_type": "swin",
    "embed_dim": 128,
    "depths": [2, 2, 18, 2],
    "num_heads": [4, 8, 16, 32],
    "window_size": 12,
    "image_size": 384,
    "patch_size": 4,
}
TIMM = {
    "architecture": "vit_small_patch14_reg4_dinov2",
    "num_classes": 0,
    "global_pool": "token",
    "pretrained_cfg": {
        "input_size": [3, 518, 518],
        "mean": [0.485, 0.456, 0.406],
        "std": [0.229, 0.224, 0.225],
        "num_classes": 0,
    },
}


@pytest.fixture
def facts(tmp_path):
    def read(config, preprocessor=None):
        for name, content in (("config", config), ("pre", preprocessor)):
            (tmp_path / f"{name}.json").write_text(json.dumps(content))
        pre = None if preprocessor is None else tmp_path / "pre.json"
        return read_facts(tmp_path / "config.json", pre)

    return read


def test_transformers(facts):
    told = facts(VIT, {"image_mean": [0.1, 0.2, 0.3], "image_std": [1, 1, 1]})
    assert told.sizes == {k: v for k, v in SIZES.items() if k != "patch_size"}
    assert (told.patch_size, told.image_size) == ((8, 8), (48, 32))
    assert (told.family, told.classes, told.build) == ("ViT", 5, {})
    assert told.mean_std == ((0.1, 0.2, 0.3), (1.0, 1.0, 1.0))
    told = facts(DINOV2)
    assert told.build == {"layer_scale_init": 1.0, "num_register_tokens": 4}
    assert (told.sizes["mlp_dim"], told.classes) == (1536, 0)
    told = facts({"model_type": "deit"})
    assert told.build == {"num_register_tokens": 1}  # for distillation
    assert told.sizes["hidden_dim"] == 768
    told = facts({**SWIN, "use_absolute_embeddings": True})
    assert told.family == "Swin"
    assert told.sizes["depths"] == (2, 2, 18, 2)
    assert told.build == {"window_size": (12, 12), "absolute_position_embedding": True}


@pytest.mark.parametrize(
    ("architecture", "sizes", "patch", "build"),
    [
        ("vit_tiny_patch16_384", (192, 12, 3, 768), 16, {}),
        ("vit_base_patch32_224", (768, 12, 12, 3072), 32, {}),
        ("vit_huge_patch14_224", (1280, 32, 16, 5120), 14, {}),
        ("deit_small_patch16_224", (384, 12, 6, 1536), 16, {}),
        (
            "deit_base_distilled_patch16_384",
            (768, 12, 12, 3072),
            16,
            {"num_register_tokens": 1},
        ),
        (
            "deit3_large_patch16_224",
            (1024, 24, 16, 4096),
            16,
            {"layer_scale_init": 1e-6},
        ),
        (
            "vit_small_patch14_reg4_dinov2",
            (384, 12, 6, 1536),
            14,
            {"layer_scale_init": 1e-5, "num_register_tokens": 4},
        ),
        ("flexivit_base", (768, 12, 12, 3072), 16, {}),
    ],
)
def test_timm(facts, architecture, sizes, patch, build):
    told = facts({**TIMM, "architecture": architecture})
    assert tuple(told.sizes.values()) == sizes
    assert (told.patch_size, told.build) == ((patch, patch), build)
    assert told.image_size == (518, 518)
    assert told.mean_std[1] == (0.229, 0.224, 0.225)


def test_timms_arguments_change_what_its_names_say(facts):
    changes = {
        "embed_dim": 96,
        "depth": 4,
        "num_heads": 2,
        "mlp_ratio": 3,
        "img_size": [70, 56],
        "reg_tokens": 2,
        "init_values": None,
        "class_token": False,
        "global_pool": "avg",
    }
    told = facts({**TIMM, "model_args": changes})
    assert tuple(told.sizes.values()) == (96, 4, 2, 288)
    assert told.image_size == (70, 56)
    assert told.build == {
        "num_register_tokens": 2,
        "class_token": False,
        "pooling": "avg",
        "norm_after_pooling": True,
    }
    swin = facts({**TIMM, "architecture": "swin_small_patch4_window7_224"})
    assert swin.sizes["depths"] == (2, 2, 18, 2)
    assert swin.build == {"window_size": (7, 7)}


@pytest.mark.parametrize(
    "config",
    [
        {"model_type": "bert"},
        {"architecture": "resnet50"},
        {"architecture": "vit_base_patch16_clip_224"},
        {},
    ],
)
def test_models_of_other_kinds_tell_nothing(facts, config):
    assert facts(config) is None


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({**VIT, "hidden_act": "quick_gelu"}, "activation 'quick_gelu'"),
        ({**DINOV2, "use_swiglu_ffn": True}, "SwiGLU"),
        ({**VIT, "hidden_size": "wide"}, "hidden_size='wide'"),
        ({**VIT, "hidden_size": None}, "hidden_size=None"),
        ({**VIT, "intermediate_size": float("inf")}, "not of a model for here"),
        ({**VIT, "image_size": [1, 2, 3]}, "image_size"),
        ({**SWIN, "depths": 3}, "depths=3"),
        ({**TIMM, "model_args": [1]}, "not of a model for here"),
        ({**TIMM, "model_args": {"depth": -1}}, "depth=-1"),
        ([VIT], "a configuration"),
    ],
)
def test_broken_configurations(facts, config, message):
    with pytest.raises(ValueError, match=message):
        facts(config)


@pytest.fixture
def hub(reference, monkeypatch, tmp_path):
    """A hub of one repository, whose images were not square."""
    constants = pytest.importorskip("huggingface_hub.constants")
    weights = (reference / "huggingface_vit.safetensors").read_bytes()
    files = {
        "/me/mine/config.json": json.dumps(VIT).encode(),
        "/me/mine/model.safetensors": weights,
    }
    with serving(files) as server:
        template = server.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "ENDPOINT", server.url)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_PROGRESS_BARS", True)
        yield server


@pytest.fixture
def folder(reference, tmp_path):
    """The same as a folder on this machine."""
    path = tmp_path / "mine"
    path.mkdir()
    (path / "config.json").write_text(json.dumps(VIT))
    weights = (reference / "huggingface_vit.safetensors").read_bytes()
    (path / "model.safetensors").write_bytes(weights)
    return path


@pytest.fixture
def same_outputs(reference):
    """The images and logits of those who wrote the weights."""

    def check(model):
        with np.load(reference / "huggingface_vit.expected.npz") as file:
            known = dict(file)
        logits = model.predict(known["images"], verbose=0)
        np.testing.assert_allclose(logits, known["logits"], atol=1e-4)

    return check


def test_model_of_a_repository(hub, same_outputs):
    """Image, classes and grid come from its config.json."""
    model = keras_vit.VisionTransformer(
        weights="hf://me/mine", classifier_activation=None, **SIZES
    )
    assert model.input_shape == (None, 48, 32, 3)
    same_outputs(model)


def test_model_of_a_folder(folder, same_outputs, monkeypatch):
    for source in (folder, str(folder)):
        model = keras_vit.VisionTransformer(
            weights=source, classifier_activation=None, **SIZES
        )
        same_outputs(model)
    monkeypatch.setenv("HOME", str(folder.parent))
    model = keras_vit.VisionTransformer(weights="~/mine", **SIZES)
    assert model.output_shape == (None, 5)


def test_what_the_user_gives_stays(folder):
    model = keras_vit.VisionTransformer(
        weights=folder, input_shape=(64, 64, 3), classes=3, **SIZES
    )
    assert model.input_shape == (None, 64, 64, 3)
    assert model.output_shape == (None, 3)


def test_grid_of_a_repository(hub, build_reference):
    """Of images that were not square, which the positions do not tell."""
    model = build_reference("huggingface_vit", image_shape=(64, 48, 3))
    report = load_weights(model, "hf://me/mine")
    assert report.resized["position_embedding/embedding"].startswith("grid 6x4 → 8x6")


def test_repository_of_another_size_is_refused_before_its_weights_come(hub):
    message = r"hidden_dim=24, num_layers=3.*Received: ViTS16 of hidden_dim=384"
    with pytest.raises(ValueError, match=message):
        keras_vit.ViTS16(weights="hf://me/mine")
    assert not any("safetensors" in path for _, path in hub.asked)
    hub.files["/me/mine/config.json"] = json.dumps(DINOV2).encode()
    hub.files["/me/new/config.json"] = json.dumps(DINOV2).encode()
    with pytest.raises(ValueError, match=r"\(ViTS14 or ViTS16.*patch_size=\(16, 16\)"):
        keras_vit.ViTS16(weights="hf://me/new")
    with pytest.raises(ValueError, match="a ViT of hidden_dim=384"):
        keras_vit.SwinT(weights="hf://me/new")


def test_repository_without_configuration(hub, build_reference):
    del hub.files["/me/mine/config.json"]
    model = build_reference("huggingface_vit")
    assert not load_weights(model, "hf://me/mine").fresh


def test_revision_and_folder_of_a_repository(hub):
    hub.files["/me/mine/sub/config.json"] = json.dumps(DINOV2).encode()
    hub.files["/me/mine/sub/model.safetensors"] = b""
    plan = plan_weights("ViTS14", "hf://me/mine@main/sub/model.safetensors")
    assert plan.build["num_register_tokens"] == 4
    assert plan.input_size == 518


def test_shards_of_a_repository(hub, reference, build_reference):
    index = {"weight_map": {"vit.embeddings.cls_token": "model-00001.safetensors"}}
    files = hub.files
    files["/me/mine/model-00001.safetensors"] = files.pop("/me/mine/model.safetensors")
    files["/me/mine/model.safetensors.index.json"] = json.dumps(index).encode()
    model = build_reference("huggingface_vit")
    assert not load_weights(model, "hf://me/mine").fresh


def test_cached_repository_needs_no_hub(hub, monkeypatch, build_reference, reference):
    """Also where its weights are not of the first name that is tried."""
    pytest.importorskip("torch")
    weights = (reference / "microsoft_swin.pth").read_bytes()
    hub.files = {"/me/swin/pytorch_model.bin": weights}
    model = build_reference("microsoft_swin")
    load_weights(model, "hf://me/swin")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    hub.files = {}
    assert not load_weights(model, "hf://me/swin").fresh


@pytest.mark.parametrize(
    ("model", "config", "size", "build"),
    [
        ("ViTS14", DINOV2, 518, {"layer_scale_init": 1.0, "num_register_tokens": 4}),
        ("SwinB", SWIN, 384, {"window_size": (12, 12)}),
        ("ViTS14", TIMM, 518, {"layer_scale_init": 1e-5, "num_register_tokens": 4}),
    ],
)
def test_plan_of_a_repository(hub, model, config, size, build):
    hub.files["/me/new/config.json"] = json.dumps(config).encode()
    plan = plan_weights(model, "hf://me/new")
    assert (plan.input_size, plan.build) == (size, build)
    assert (plan.mean_std is not None) == (config is TIMM)
