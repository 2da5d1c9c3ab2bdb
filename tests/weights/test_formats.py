"""Files of every format are read to the same arrays, and broken ones are refused."""

import json

import numpy as np
import pytest

from keras_vit.weights import load_weights
from keras_vit.weights.budget import Budget
from keras_vit.weights.keras_archive import read_keras_archive
from keras_vit.weights.npz_file import read_npz
from keras_vit.weights.own_files import read_weights_h5
from keras_vit.weights.pth_file import read_pth
from keras_vit.weights.safetensors_file import read_safetensors


def ample():
    """More than any file of these tests declares."""
    return Budget("a file", limit=10**7)


def write_safetensors(path, entries, data):
    header = json.dumps(entries).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + data)
    return path


def bfloat16_bits(array):
    """The upper halves of float32's bits."""
    return (np.asarray(array, "float32").view("uint32") >> 16).astype("uint16")


def test_safetensors_types(tmp_path):
    whole = np.arange(6, dtype="<i8").reshape(2, 3)
    half = np.array([0.5, -2.0, 3.0], "float32")  # exact in bfloat16
    data = whole.tobytes() + bfloat16_bits(half).tobytes()
    entries = {
        "__metadata__": {"format": "pt"},
        "whole": {"dtype": "I64", "shape": [2, 3], "data_offsets": [0, 48]},
        "half": {"dtype": "BF16", "shape": [3], "data_offsets": [48, 54]},
        "empty": {"dtype": "F32", "shape": [0, 5], "data_offsets": [54, 54]},
    }
    path = write_safetensors(tmp_path / "a", entries, data)
    tensors = read_safetensors(path, ample())
    np.testing.assert_array_equal(tensors["whole"], whole)
    np.testing.assert_array_equal(tensors["half"], half)
    assert tensors["half"].dtype == "float32"
    assert tensors["empty"].shape == (0, 5)
    assert set(tensors) == {"whole", "half", "empty"}


def test_safetensors_agree_with_the_library(reference):
    library = pytest.importorskip("safetensors.numpy")
    path = reference / "timm_swin.safetensors"
    known = library.load_file(path)
    tensors = read_safetensors(path, ample())
    assert set(tensors) == set(known)
    for name, array in known.items():
        np.testing.assert_array_equal(tensors[name], array)


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": [2], "data_offsets": [0, 12]},  # 3 numbers, not 2
        {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]},  # beyond the end
        {"dtype": "F32", "shape": [3], "data_offsets": [-4, 8]},
        {"dtype": "F4", "shape": [3], "data_offsets": [0, 12]},
        {"dtype": "F32", "data_offsets": [0, 12]},
        "nothing",
    ],
)
def test_safetensors_with_a_lying_header(tmp_path, entry):
    path = write_safetensors(tmp_path / "a.safetensors", {"a": entry}, bytes(12))
    with pytest.raises(ValueError, match="not a whole .safetensors file"):
        read_safetensors(path, ample())


@pytest.mark.parametrize(
    "content", [b"", b"1234", b"<html>no such page</html>", bytes(200)]
)
def test_safetensors_that_are_something_else(tmp_path, content):
    path = tmp_path / "a.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not a whole .safetensors file"):
        read_safetensors(path, ample())


def test_npz_with_bfloat16(tmp_path):
    half = np.array([[0.5, -2.0], [3.0, 1.5]], "float32")
    raw = bfloat16_bits(half).view("V2")  # as NumPy writes a type that it lacks
    np.savez(tmp_path / "a.npz", half=raw, whole=np.arange(3))
    tensors = read_npz(tmp_path / "a.npz", ample())
    np.testing.assert_array_equal(tensors["half"], half)
    np.testing.assert_array_equal(tensors["whole"], np.arange(3))


def test_npz_with_objects_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", a=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="not a whole .npz archive of plain arrays"):
        read_npz(tmp_path / "a.npz", ample())


class Trap:
    """A pickle that runs code when it is read."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_pth_that_wants_to_run_code_is_refused(tmp_path, small_vit, values):
    torch = pytest.importorskip("torch")
    torch.save({"model": Trap(tmp_path / "ran")}, tmp_path / "a.pth")
    model = small_vit()
    before = values(model)
    with pytest.raises(ValueError, match=r"a\.pth.*holds Python objects.*never run"):
        load_weights(model, tmp_path / "a.pth")
    assert not (tmp_path / "ran").exists()
    for name, array in values(model).items():
        np.testing.assert_array_equal(array, before[name])


def test_pth_without_pytorch(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    (tmp_path / "a.pth").write_bytes(b"")
    with pytest.raises(ValueError, match="pip install torch"):
        read_pth(tmp_path / "a.pth", ample())


@pytest.mark.parametrize("wrapper", [None, "model", "state_dict"])
def test_pth_wrappers(tmp_path, wrapper):
    torch = pytest.importorskip("torch")
    weights = {"a": torch.arange(3.0).to(torch.bfloat16)}
    torch.save({wrapper: weights} if wrapper else weights, tmp_path / "a.pth")
    array = read_pth(tmp_path / "a.pth", ample())[0]["a"]
    np.testing.assert_array_equal(array, np.arange(3.0, dtype="float32"))


@pytest.mark.parametrize("ending", [".weights.h5", ".keras"])
def test_own_files(small_vit, values, tmp_path, ending):
    """With dropout, whose random state is in the file and is no weight."""
    options = {"num_register_tokens": 2, "layer_scale_init": 0.1, "dropout_rate": 0.1}
    saved = small_vit(**options)
    path = tmp_path / f"saved{ending}"
    saved.save_weights(path) if ending == ".weights.h5" else saved.save(path)
    model = small_vit(**options)
    for weight in model.weights:
        weight.assign(np.zeros(weight.shape))
    report = load_weights(model, path)
    assert len(report.loaded) == len(model.weights) == report.tensors_in_file
    known = values(saved)
    for name, array in values(model).items():
        np.testing.assert_array_equal(array, known[name], err_msg=name)


def test_own_archive_tells_its_grid(small_vit, tmp_path):
    small_vit().save(tmp_path / "saved.keras")
    found = read_keras_archive(tmp_path / "saved.keras", small_vit(), ample())
    assert found.grid == (4, 6)
    assert found.tensors["patch_embedding/projection/kernel"].shape == (8, 8, 3, 24)
    model = small_vit(input_shape=(64, 64, 3), patch_size=16)
    report = load_weights(model, tmp_path / "saved.keras")
    assert report.resized["position_embedding/embedding"] == ("grid 4x6 → 4x4, bicubic")


@pytest.mark.parametrize("name", ["a.weights.h5", "a.keras", "a.npz", "a.pth", "a.bin"])
def test_truncated_files(tmp_path, small_vit, values, reference, name):
    if name.endswith((".pth", ".bin")):
        pytest.importorskip("torch")
    model = small_vit()
    before = values(model)
    whole = tmp_path / name
    if name == "a.npz":
        whole.write_bytes((reference / "google_vit.npz").read_bytes())
    elif name.endswith((".pth", ".bin")):
        whole.write_bytes((reference / "microsoft_swin.pth").read_bytes())
    elif name == "a.keras":
        model.save(whole)
    else:
        model.save_weights(whole)
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    with pytest.raises(ValueError, match=f"{name}.*(again|truncated)"):
        load_weights(model, whole)
    for path, array in values(model).items():
        np.testing.assert_array_equal(array, before[path])


def test_truncated_safetensors_leave_the_model_whole(
    build_reference, reference, values, tmp_path
):
    content = (reference / "timm_vit.safetensors").read_bytes()
    (tmp_path / "a.safetensors").write_bytes(content[:-1])
    model = build_reference("timm_vit")
    before = values(model)
    with pytest.raises(ValueError, match="truncated.*delete it and fetch it again"):
        load_weights(model, tmp_path / "a.safetensors")
    for path, array in values(model).items():
        np.testing.assert_array_equal(array, before[path])


def test_h5_of_something_else(tmp_path, small_vit):
    (tmp_path / "a.weights.h5").write_bytes(b"not HDF5")
    with pytest.raises(ValueError, match="not a whole HDF5 file"):
        read_weights_h5(tmp_path / "a.weights.h5", small_vit(), ample())
