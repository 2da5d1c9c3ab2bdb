"""Small checkpoints of other implementations give their outputs, on this backend.

index.json tells who made each; the tolerance is relative to the largest magnitude.
"""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_vit.weights import load_weights

INDEX = json.loads((Path(__file__).parents[1] / "reference/index.json").read_text())
TOLERANCE = 1e-4


def difference(actual, expected):
    assert actual.shape == expected.shape
    return np.abs(actual - expected).max() / np.abs(expected).max()


def last_tokens(model, name):
    """The tokens or map that the other implementation calls its features.

    timm gives them before the norm where the norm follows the pooling.
    """
    if name == "timm_vit_avg_pool":
        return model.get_layer("encoder_block_2").output
    return model.get_layer("norm").output


@pytest.mark.parametrize("name", INDEX)
def test_outputs(name, reference, build_reference):
    if INDEX[name]["checkpoint"].endswith(".pth"):
        pytest.importorskip("torch", reason="reading .pth files needs PyTorch")
    model = build_reference(name)
    report = load_weights(model, reference / INDEX[name]["checkpoint"])
    check_report(report, model, count_tensors(reference, INDEX[name]))
    with np.load(reference / INDEX[name]["expected"]) as file:
        expected = dict(file)
    both = keras.Model(model.input, [last_tokens(model, name), model.output])
    features, logits = both.predict(expected["images"], verbose=0)
    assert difference(logits, expected["logits"]) < TOLERANCE
    if "tokens" in expected:
        assert difference(features, expected["tokens"]) < TOLERANCE
    elif "features" in expected:
        known = expected["features"]
        assert difference(features.reshape(known.shape), known) < TOLERANCE
    else:
        assert difference(features.mean(axis=(1, 2)), expected["pooled"]) < TOLERANCE


@pytest.mark.parametrize(
    "name", [n for n in INDEX if "attention_0" in INDEX[n]["outputs"]]
)
def test_attention_maps(name, reference, build_reference):
    model = build_reference(name)
    load_weights(model, reference / INDEX[name]["checkpoint"])
    with np.load(reference / INDEX[name]["expected"]) as file:
        expected = dict(file)
    blocks = [model.get_layer(f"encoder_block_{number}") for number in range(3)]
    inner = keras.Model(model.input, [block.input for block in blocks])
    inputs = inner.predict(expected["images"], verbose=0)
    for number, (block, tokens) in enumerate(zip(blocks, inputs, strict=True)):
        scores = block(tokens, return_attention_scores=True)[1]
        scores = keras.ops.convert_to_numpy(scores)
        assert difference(scores, expected[f"attention_{number}"]) < TOLERANCE


def check_report(report, model, tensors):
    """Every weight and every tensor is in exactly one place of the report."""
    told = [*report.loaded, *report.resized, *report.fresh]
    assert sorted(told) == sorted(weight.path for weight in model.weights)
    assert not report.fresh
    assert not set(report.used) & set(report.ignored)
    assert report.tensors_in_file == tensors
    buffers = {n for n in report.ignored if n.endswith(("index", "attn_mask"))}
    assert buffers == set(report.ignored)
    assert f"{len(model.weights)} weights" in str(report)


def count_tensors(reference, entry):
    path = reference / entry["checkpoint"]
    if path.suffix == ".npz":
        with np.load(path) as file:
            return len(file.files)
    if path.suffix == ".pth":
        torch = pytest.importorskip("torch")
        return len(torch.load(path, weights_only=True)["model"])
    header = path.read_bytes()
    length = int.from_bytes(header[:8], "little")
    return len(set(json.loads(header[8 : 8 + length])) - {"__metadata__"})
