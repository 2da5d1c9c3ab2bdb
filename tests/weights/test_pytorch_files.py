"""PyTorch's checkpoints as people have them: prefixes, wrappers, folders, arguments."""

import argparse
import json
import shutil
from pathlib import PurePosixPath

import numpy as np
import pytest

from keras_vit.weights import load_weights

torch = pytest.importorskip("torch")
safetensors = pytest.importorskip("safetensors.torch")

SIZES = {"timm_vit": "safetensors", "microsoft_swin": "pth"}


@pytest.fixture
def state_dict(reference):
    """The tensors of a reference checkpoint under their names in PyTorch."""

    def read(name):
        if name == "microsoft_swin":
            return torch.load(reference / f"{name}.pth", weights_only=True)["model"]
        return safetensors.load_file(reference / f"{name}.safetensors")

    return read


@pytest.fixture
def loads(build_reference, reference, values):
    """Load what should be the weights of a reference; they have to be its own."""

    def load(name, source, **options):
        plain, model = build_reference(name), build_reference(name)
        ending = "pth" if name == "microsoft_swin" else "safetensors"
        load_weights(plain, reference / f"{name}.{ending}")
        report = load_weights(model, source, **options)
        known = values(plain)
        for path, array in values(model).items():
            np.testing.assert_array_equal(array, known[path], path)
        return report

    return load


@pytest.mark.parametrize(
    "prefix",
    [
        "module.",  # DataParallel
        "_orig_mod.",  # torch.compile
        "module._orig_mod.",
        "_orig_mod.module.",
        "model.",  # Lightning
        "net.",
        "model._orig_mod.",
        "module.backbone.",  # DINO
        "backbone.",
    ],
)
@pytest.mark.parametrize("name", ["timm_vit", "microsoft_swin", "huggingface_vit"])
def test_prefixes(state_dict, loads, tmp_path, name, prefix):
    renamed = {f"{prefix}{key}": value for key, value in state_dict(name).items()}
    torch.save(renamed, tmp_path / "a.pth")
    loads(name, tmp_path / "a.pth")


@pytest.mark.parametrize("ending", [".pth", ".pt", ".bin", ".pth.tar", ".ckpt"])
def test_endings(state_dict, loads, tmp_path, ending):
    torch.save({"state_dict": state_dict("timm_vit")}, tmp_path / f"a{ending}")
    loads("timm_vit", str(tmp_path / f"a{ending}"))


@pytest.mark.parametrize(
    "wrapper", ["model", "state_dict", "model_state_dict", "teacher", "model_ema"]
)
def test_wrappers(state_dict, loads, tmp_path, wrapper):
    content = {wrapper: state_dict("timm_vit"), "epoch": 3, "optimizer": {"state": {}}}
    torch.save(content, tmp_path / "a.pth")
    assert not loads("timm_vit", tmp_path / "a.pth").ignored


@pytest.mark.parametrize(
    ("chosen", "other"),
    [("state_dict_ema", "state_dict"), ("model_ema", "model"), ("teacher", "student")],
)
def test_the_averaged_copy_is_meant(state_dict, loads, tmp_path, chosen, other):
    weights = state_dict("timm_vit")
    content = {other: {k: v + 1 for k, v in weights.items()}, chosen: weights}
    torch.save(content, tmp_path / "a.pth")
    report = loads("timm_vit", tmp_path / "a.pth")
    assert report.ignored == {other: f"other weights; '{chosen}' was read"}


def test_timms_own_training_file(state_dict, loads, tmp_path):
    """With the arguments of the command line."""
    content = {
        "epoch": 299,
        "arch": "vit_tiny_patch16_224",
        "state_dict": state_dict("timm_vit"),
        "optimizer": {
            "state": {},
            "param_groups": [{"lr": 0.1, "betas": (0.9, 0.999)}],
        },
        "version": 2,
        "args": argparse.Namespace(lr=0.1, data="imagenet", mean=None, crop=[1, 2]),
        "metric": 81.2,
    }
    torch.save(content, tmp_path / "checkpoint-299.pth.tar")
    loads("timm_vit", tmp_path / "checkpoint-299.pth.tar")


def test_heads_of_self_supervised_pretraining(state_dict, loads, tmp_path):
    teacher = {f"backbone.{k}": v for k, v in state_dict("timm_vit").items()}
    del teacher["backbone.head.weight"], teacher["backbone.head.bias"]
    extra = ("head.mlp.0.weight", "head.last_layer.weight_g", "dino_head.mlp.0.bias")
    teacher |= {name: torch.zeros(3) for name in extra}
    torch.save({"teacher": teacher, "epoch": 3}, tmp_path / "dino.pth")
    from keras_vit.weights.key_maps import detect_format, match_names

    arrays = {name: tensor.numpy() for name, tensor in teacher.items()}
    matched = match_names(arrays, detect_format(arrays, "dino.pth"), "dino.pth")
    assert set(matched.ignored) == set(extra)
    assert not matched.unknown


def test_objects_are_named_and_how_to_save_again(build_reference, tmp_path):
    content = {"state_dict": {}, "path": PurePosixPath("/data")}
    torch.save(content, tmp_path / "a.pth")
    message = r"PurePosixPath.*never run.*torch\.save\(model\.state_dict\(\)"
    with pytest.raises(ValueError, match=message):
        load_weights(build_reference("timm_vit"), tmp_path / "a.pth")


def save_pretrained(folder, weights, shards=1, ending="safetensors"):
    """A folder as transformers' `save_pretrained` leaves it."""
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "other"}))
    stem = {"safetensors": "model", "bin": "pytorch_model"}[ending]
    save = safetensors.save_file if ending == "safetensors" else torch.save
    if shards == 1:
        save(weights, folder / f"{stem}.{ending}")
        return folder
    places = {}
    for number in range(shards):
        file = f"{stem}-{number + 1:05}-of-{shards:05}.{ending}"
        part = dict(list(weights.items())[number::shards])
        save(part, folder / file)
        places |= dict.fromkeys(part, file)
    index = {"metadata": {}, "weight_map": places}
    (folder / f"{stem}.{ending}.index.json").write_text(json.dumps(index))
    return folder


@pytest.mark.parametrize("ending", ["safetensors", "bin"])
@pytest.mark.parametrize("shards", [1, 3])
def test_folder_of_save_pretrained(state_dict, loads, tmp_path, shards, ending):
    name = "huggingface_vit"
    folder = save_pretrained(tmp_path / "saved", state_dict(name), shards, ending)
    loads(name, folder)
    loads(name, str(folder))
    if shards > 1:
        loads(name, next(folder.glob("*.index.json")))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cls_token": "../elsewhere.safetensors"}, "leads out of its folder"),
        ({"cls_token": 3}, "leads out of its folder"),
        ({"cls_token": "model-00004.safetensors"}, "model-00004.safetensors' is not"),
        ({"new": "model-00001-of-00003.safetensors"}, "lacks 'new'"),
    ],
)
def test_index_that_lies(state_dict, build_reference, tmp_path, change, message):
    folder = save_pretrained(tmp_path / "saved", state_dict("timm_vit"), 3)
    index = folder / "model.safetensors.index.json"
    content = json.loads(index.read_text())
    content["weight_map"] |= change
    index.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=message):
        load_weights(build_reference("timm_vit"), folder)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"weight_map": 3}'])
def test_index_that_is_none(build_reference, tmp_path, text):
    (tmp_path / "model.safetensors.index.json").write_text(text)
    with pytest.raises(ValueError, match="index of shards"):
        load_weights(build_reference("timm_vit"), tmp_path)


def test_tensor_in_two_shards(state_dict, build_reference, tmp_path):
    folder = save_pretrained(tmp_path / "saved", state_dict("timm_vit"), 3)
    first, second, _ = sorted(folder.glob("*.safetensors"))
    shutil.copy(first, second)
    with pytest.raises(ValueError, match="in two of its shards|lacks"):
        load_weights(build_reference("timm_vit"), folder)


def test_folder_without_weights(build_reference, tmp_path):
    (tmp_path / "readme.md").write_text("Nothing here")
    with pytest.raises(ValueError, match=r"no weights in the folder.*readme\.md"):
        load_weights(build_reference("timm_vit"), tmp_path)
