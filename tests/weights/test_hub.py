"""The road of a file to this machine, against a hub on loopback."""

import errno
import socket

import numpy as np
import pytest

import keras_vit
from keras_vit.weights import load_weights
from keras_vit.weights.download import download_from_hub

DINO = "facebook/dinov2-small"


@pytest.fixture
def vit_s14():
    return keras_vit.ViTS14(include_top=False, input_shape=(70, 56, 3))


@pytest.fixture
def model(small_vit):
    """What is enough where the file never comes."""
    return small_vit()


def files(folder):
    """What is in a cache, but for links and notes."""
    kept = (f for f in folder.rglob("*") if f.is_file() and not f.is_symlink())
    return [f for f in kept if f.stat().st_size > 1000]


def test_download_and_load(start_hub, vit_s14):
    cache = start_hub()
    report = load_weights(vit_s14, "dinov2")
    assert report.resized == {
        "position_embedding/embedding": "grid 37x37 → 5x4, bicubic"
    }
    assert len(report.used) == report.tensors_in_file == len(vit_s14.weights)
    assert len(files(cache)) == 1
    features = vit_s14.predict(np.zeros((1, 70, 56, 3), "float32"), verbose=0)
    assert features.shape == (1, 21, 384)
    assert 1 < np.abs(features).max() < 100


def test_cached_file_needs_no_network(start_hub, monkeypatch):
    start_hub()
    first = download_from_hub(DINO)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert download_from_hub(DINO) == first


def test_broken_transfer(start_hub, vit_s14, values):
    cache = start_hub(HUB_CUT="9000000")
    before = values(vit_s14)
    with pytest.raises(ValueError, match=f"'model.safetensors' of '{DINO}' broke off"):
        load_weights(vit_s14, "dinov2")
    assert files(cache) == []
    for name, array in values(vit_s14).items():
        np.testing.assert_array_equal(array, before[name])
    start_hub()  # the network is whole again
    assert not load_weights(vit_s14, f"hf://{DINO}").fresh


def test_a_half_finished_part_of_another_process_stays(monkeypatch, tmp_path):
    """It appears while our own transfer runs, and breaks off."""
    pytest.importorskip("huggingface_hub")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    part = tmp_path / "models--org--name" / "blobs" / "of_another.incomplete"

    def fail(*args, **kwargs):
        part.parent.mkdir(parents=True)
        part.write_bytes(b"half")
        raise OSError("connection reset")

    monkeypatch.setattr("huggingface_hub.hf_hub_download", fail)
    with pytest.raises(ValueError, match="broke off .connection reset"):
        download_from_hub("org/name")
    assert part.read_bytes() == b"half"


def test_repository_or_file_that_does_not_exist(start_hub, model):
    start_hub()
    with pytest.raises(ValueError, match="no repository 'facebook/nothing'"):
        load_weights(model, "hf://facebook/nothing")
    with pytest.raises(ValueError, match="no file 'other.bin'.*Name one of its files"):
        load_weights(model, f"hf://{DINO}/other.bin")
    with pytest.raises(ValueError, match="no repository|no file"):
        load_weights(model, "dinov2", variant="ViTL14")


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (errno.ENOSPC, "The disk is full.*HF_HOME"),
        (errno.EROFS, "cannot be written to.*HF_HOME"),
        (errno.EACCES, "cannot be written to.*HF_HOME"),
    ],
)
def test_full_or_read_only_disk(start_hub, model, monkeypatch, number, message):
    cache = start_hub()

    def fail(*args, **kwargs):
        raise OSError(number, "The system says so")

    monkeypatch.setattr("huggingface_hub.file_download.http_get", fail)
    with pytest.raises(ValueError, match=message):
        load_weights(model, "dinov2", variant="ViTS14")
    assert files(cache) == []


@pytest.fixture
def closed_port():
    """An address at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


def test_no_network(model, closed_port, monkeypatch, tmp_path):
    pytest.importorskip("huggingface_hub")
    from huggingface_hub import constants

    template = closed_port + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "ENDPOINT", closed_port)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # between its five trials
    with pytest.raises(ValueError, match=r"hub cannot be reached.*HF_HUB_OFFLINE"):
        load_weights(model, "dinov2", variant="ViTS14")


def test_hub_library_is_missing(model, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "huggingface_hub", None)
    with pytest.raises(ValueError, match=r'pip install "keras-vit-swin\[weights\]"'):
        load_weights(model, "dinov2", variant="ViTS14")


def test_licence_is_said(build_reference, reference, monkeypatch):
    """MAE's weights are not for commercial use."""
    file = reference / "timm_vit.safetensors"
    monkeypatch.setattr(
        "keras_vit.weights.sources.download_from_hub", lambda *a, **k: file
    )
    model = build_reference("timm_vit", include_top=False)
    with pytest.warns(UserWarning, match="cc-by-nc-4.0.*not be used commercially"):
        report = load_weights(model, "mae", variant="ViTB16", source_grid=(6, 4))
    assert "cc-by-nc-4.0" in str(report)
    with pytest.warns(UserWarning, match="cc-by-nc-4.0"):
        load_weights(model, "hf://facebook/vit-mae-base", source_grid=(6, 4))
