"""Files made to harm: each is refused with a ValueError, and the model is untouched."""

import json
import struct
import zipfile

import h5py
import numpy as np
import pytest

from keras_vit.weights import load_weights

NORM = "layers/token_normalization/vars"


@pytest.fixture
def model(small_vit):
    return small_vit()


@pytest.fixture
def refused(model, values):
    def load(path, message):
        before = values(model)
        with pytest.raises(ValueError, match=message) as caught:
            load_weights(model, path)
        assert path.name in str(caught.value)
        for name, array in values(model).items():
            np.testing.assert_array_equal(array, before[name], err_msg=name)

    return load


def lies_elsewhere(file, folder):
    """The bytes of another file of this machine, as external storage."""
    (folder / "private").write_bytes(bytes(96))
    file.create_dataset(
        f"{NORM}/0", (24,), "<f4", external=[(folder / "private", 0, 96)]
    )


def is_put_together(file, folder):
    """A tensor of another file, as a virtual data set."""
    with h5py.File(folder / "private.h5", "w") as other:
        other["x"] = np.zeros(24, "float32")
    layout = h5py.VirtualLayout((24,), "<f4")
    layout[:] = h5py.VirtualSource(folder / "private.h5", "x", (24,))
    file.create_virtual_dataset(f"{NORM}/0", layout)


def links_out(file, folder):
    with h5py.File(folder / "private.h5", "w") as other:
        other["x"] = np.zeros(24, "float32")
    file[f"{NORM}/0"] = h5py.ExternalLink(folder / "private.h5", "x")


def names_layer_elsewhere(file, folder):
    """The group that holds a layer's name lies in another file."""
    with h5py.File(folder / "private.h5", "w") as other:
        other.create_group("vars").attrs["name"] = "norm"
    file["layers/a_norm/b/vars/0"] = np.zeros(24, "float32")
    file["layers/a_norm/vars"] = h5py.ExternalLink(folder / "private.h5", "vars")


def links_softly(file, folder):
    file[f"{NORM}/0"] = h5py.SoftLink("/layers/dense/vars/1")


def contains_itself(file, folder):
    file["layers/loop"] = file["layers"]


def goes_on_forever(file, folder):
    group = file["layers"]
    for _ in range(200):
        group = group.create_group("a")


def declares_60_gigabytes(file, folder):
    file.create_dataset(f"{NORM}/0", (15 * 10**9,), "<f4", chunks=(10**6,))


def holds_text(file, folder):
    file[f"{NORM}/0"] = ["not a number"]


def is_empty(file, folder):
    file[f"{NORM}/0"] = h5py.Empty("<f4")


HDF5 = {
    lies_elsewhere: "lies in another file",
    is_put_together: "put together from other data sets",
    links_out: "is a ExternalLink",
    names_layer_elsewhere: "is a ExternalLink",
    links_softly: "is a SoftLink",
    contains_itself: "contains itself",
    goes_on_forever: "contains itself",
    declares_60_gigabytes: "declares more than",
    holds_text: "holds object, not numbers",
    is_empty: "is empty",
}


@pytest.mark.parametrize("ending", [".weights.h5", ".keras"])
@pytest.mark.parametrize("harm", HDF5, ids=lambda harm: harm.__name__)
def test_hdf5(model, refused, tmp_path, harm, ending):
    path = tmp_path / "a.weights.h5"
    model.save_weights(path)
    with h5py.File(path, "r+") as file:
        del file[f"{NORM}/0"]
        harm(file, tmp_path)
    if ending == ".keras":
        path = tmp_path / "a.keras"
        model.save(path)
        with zipfile.ZipFile(path) as archive:
            config = archive.read("config.json")
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("config.json", config)
            archive.write(tmp_path / "a.weights.h5", "model.weights.h5")
    refused(path, HDF5[harm])


def array_of(content, shape, dtype="<f4"):
    """A .npy whose header may lie."""
    header = str({"descr": dtype, "fortran_order": False, "shape": shape}).encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + content


NPZ = {
    "text": ("readme.txt", b"These are weights.", "magic string|not a whole"),
    "lying": ("a.npy", array_of(b"1234", (2,)), "not a whole .npz"),
    "huge": ("a.npy", array_of(b"1234", (10**30,)), "declares more than"),
    "negative": ("a.npy", array_of(b"1234", (-1,)), "whole numbers from 0"),
    "strings": ("a.npy", array_of(b"1234", (1,), "<U1"), "not numbers"),
    "times": ("a.npy", array_of(bytes(8), (1,), "<M8[s]"), "not numbers"),
    "broken header": ("a.npy", array_of(b"", "("), "not a whole .npz"),
}


@pytest.mark.parametrize("case", NPZ)
def test_npz(refused, tmp_path, case):
    name, content, message = NPZ[case]
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr(name, content)
    refused(tmp_path / "a.npz", message)


@pytest.mark.parametrize("ending", [".npz", ".pth", ".keras"])
def test_zip_that_unpacks_to_half_a_gigabyte(refused, tmp_path, ending):
    if ending == ".pth":
        pytest.importorskip("torch")
    names = {".npz": "a.npy", ".pth": "a/data.pkl", ".keras": "model.weights.h5"}
    path = tmp_path / f"a{ending}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        if ending == ".keras":
            archive.writestr("config.json", "{}")
        with archive.open(names[ending], "w") as member:
            member.write(array_of(b"", (2**27,)))
            for _ in range(128):
                member.write(bytes(2**22))
    assert path.stat().st_size < 4 * 2**20
    refused(path, r"declares more than 25\d MiB")


@pytest.mark.parametrize(
    ("field", "value"), [("encrypted", 1), ("method", 97), ("method", 14)]
)
def test_zip_that_cannot_be_unpacked(refused, reference, tmp_path, field, value):
    content = bytearray((reference / "google_vit.npz").read_bytes())
    offset = {"encrypted": 6, "method": 8}[field]
    for signature, place in ((b"PK\x03\x04", offset), (b"PK\x01\x02", offset + 2)):
        start = content.find(signature)
        content[start + place] = value
    (tmp_path / "a.npz").write_bytes(content)
    refused(tmp_path / "a.npz", "not a whole .npz archive")


def entries(**changes):
    entry = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8], **changes}
    return {"a": entry, "b": {"dtype": "F32", "shape": [1], "data_offsets": [8, 12]}}


SAFETENSORS = {
    "offsets of another type": entries(data_offsets=[0.0, 8.0]),
    "true for one": entries(shape=[1], data_offsets=[False, 4]),
    "text": entries(data_offsets="08"),
    "three offsets": entries(data_offsets=[0, 4, 8]),
    "overlapping": entries(data_offsets=[4, 12]),
    "a gap": entries(shape=[1], data_offsets=[0, 4]),
    "huge": entries(shape=[10**30]),
    "product of zero": entries(shape=[0, 10**30]),
    "negative": entries(shape=[-2]),
    "broken sides": entries(shape=[2.0]),
    "no list": entries(shape=2),
    "unhashable type": entries(dtype=["F32"]),
    "list": [1, 2],
}


@pytest.mark.parametrize("case", SAFETENSORS)
def test_safetensors(refused, tmp_path, case):
    header = json.dumps(SAFETENSORS[case]).encode()
    path = tmp_path / "a.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(12))
    refused(path, "not a whole .safetensors|declares")


def test_number_that_is_repeated_a_billion_times(refused, tmp_path):
    """A tensor in half precision that stores one number, and would be widened."""
    torch = pytest.importorskip("torch")
    tensor = torch.zeros(1, dtype=torch.float16).expand(10**9)
    torch.save({"a": tensor}, tmp_path / "a.pth")
    refused(tmp_path / "a.pth", "declares more than")


@pytest.mark.parametrize("kind", ["complex64", "sparse"])
def test_tensors_that_are_no_numbers(refused, tmp_path, kind):
    torch = pytest.importorskip("torch")
    plain = torch.zeros(2, 2)
    tensor = plain.to_sparse() if kind == "sparse" else plain.to(torch.complex64)
    torch.save({"a": tensor}, tmp_path / "a.pth")
    refused(tmp_path / "a.pth", "PyTorch checkpoint|complex64")
