"""big_vision's files: other numbers and prefixes, stacked blocks, no class position."""

import numpy as np
import pytest

from keras_vit.weights import load_weights


@pytest.fixture
def google(reference):
    with np.load(reference / "google_vit.npz") as file:
        return dict(file)


def renumber(name):
    for old, new in (
        ("MultiHeadDotProductAttention_1", "MultiHeadDotProductAttention_0"),
        ("LayerNorm_2", "LayerNorm_1"),
        ("MlpBlock_3", "MlpBlock_0"),
    ):
        name = name.replace(old, new)
    return name


def to_big_vision(tensors):
    """The same weights as big_vision keeps them."""
    tensors = {renumber(name): array for name, array in tensors.items()}
    positions = tensors.pop("Transformer/posembed_input/pos_embedding")
    tensors["pos_embedding"] = positions[:, 1:]
    tensors["cls"] = tensors["cls"] + positions[:, :1]
    return tensors


def stack(tensors):
    """Blocks along a leading axis, as `scan` leaves them."""
    first = "Transformer/encoderblock_0/"
    stacked = {n: a for n, a in tensors.items() if "encoderblock_" not in n}
    for name in tensors:
        if name.startswith(first):
            other = name.replace("encoderblock_0", "encoderblock_1")
            key = name.replace("encoderblock_0", "encoderblock")
            stacked[key] = np.stack([tensors[name], tensors[other]])
    return stacked


@pytest.mark.parametrize("prefix", ["", "opt/target/", "params/", "params/img/"])
@pytest.mark.parametrize(
    "arrange", [dict, to_big_vision, lambda t: stack(to_big_vision(t))]
)
def test_names(google, reference, build_reference, tmp_path, prefix, arrange):
    tensors = {prefix + name: array for name, array in arrange(google).items()}
    np.savez(tmp_path / "other.npz", **tensors)
    model = build_reference("google_vit")
    report = load_weights(model, tmp_path / "other.npz")
    assert report.tensors_in_file == len(tensors)
    assert not report.ignored
    with np.load(reference / "google_vit.expected.npz") as file:
        logits = model.predict(file["images"], verbose=0)
        np.testing.assert_allclose(logits, file["logits"], atol=1e-4)
