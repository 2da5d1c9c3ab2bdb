"""Checkpoints of something else: one error that tells, and an untouched model."""

import json

import keras
import numpy as np
import pytest

from keras_vit.weights import load_weights
from keras_vit.weights.budget import Budget
from keras_vit.weights.safetensors_file import read_safetensors


@pytest.fixture
def refused(values):
    """Load what must be refused; the model has to keep its weights."""

    def load(model, source, message, **options):
        before = values(model)
        with pytest.raises(ValueError, match=message):
            load_weights(model, source, **options)
        for name, array in values(model).items():
            np.testing.assert_array_equal(array, before[name], err_msg=name)

    return load


def save(path, tensors):
    """Write a .safetensors file of float32 arrays."""
    header, data = {}, b""
    for name, array in tensors.items():
        start = len(data)
        data += np.asarray(array, "<f4").tobytes()
        offsets = [start, len(data)]
        header[name] = {
            "dtype": "F32",
            "shape": list(np.shape(array)),
            "data_offsets": offsets,
        }
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


@pytest.fixture
def timm_tensors(reference):
    path = reference / "timm_vit.safetensors"
    return dict(read_safetensors(path, Budget(path, 10**6)))


def test_checkpoint_of_another_variant(build_reference, reference, refused):
    model = build_reference("timm_vit", hidden_dim=36)
    message = r"does not belong to this model.*hidden_dim 24 and 3 blocks.*36 and 3"
    refused(model, reference / "timm_vit.safetensors", message)
    model = build_reference("timm_vit", num_layers=2)
    message = r"24 and 3 blocks .*24 and 2.*without a weight: blocks\.2\."
    refused(model, reference / "timm_vit.safetensors", message)


def test_checkpoint_of_the_other_family(build_reference, reference, refused):
    file = reference / "timm_swin.safetensors"
    refused(build_reference("timm_vit"), file, "holds a Swin .* model is a ViT")
    file = reference / "google_vit.npz"
    refused(build_reference("timm_swin"), file, "holds a ViT .* model is a Swin")


def test_missing_and_left_over_tensors(
    build_reference, timm_tensors, refused, tmp_path
):
    missing = dict(timm_tensors)
    del missing["blocks.1.attn.qkv.weight"]
    file = save(tmp_path / "missing.safetensors", missing)
    names = r"without a tensor: .*encoder_block_1/attention/query/kernel"
    refused(build_reference("timm_vit"), file, names)
    more = {**timm_tensors, "blocks.0.attn.rope": np.zeros(3)}
    file = save(tmp_path / "more.safetensors", more)
    message = r"Tensors without a weight: blocks\.0\.attn\.rope\."
    refused(build_reference("timm_vit"), file, message)


@pytest.mark.parametrize("part", ["weight", "bias"])
def test_half_a_head(build_reference, timm_tensors, refused, tmp_path, part):
    del timm_tensors[f"head.{part}"]
    file = save(tmp_path / "half.safetensors", timm_tensors)
    name = {"weight": "kernel", "bias": "bias"}[part]
    refused(build_reference("timm_vit"), file, f"without a tensor: head/{name}")


def test_no_block_at_all(build_reference, refused, tmp_path):
    model = build_reference("timm_vit")
    weights = {w.path: keras.ops.convert_to_numpy(w) for w in model.weights}
    without = {k: v for k, v in weights.items() if not k.startswith("encoder_block")}
    file = save(tmp_path / "none.safetensors", without)
    refused(model, file, "and 0 blocks .no variant that is known")


def test_wrong_shape_within(build_reference, timm_tensors, refused, tmp_path):
    timm_tensors["blocks.2.mlp.fc1.bias"] = np.zeros(95)
    file = save(tmp_path / "wrong.safetensors", timm_tensors)
    message = r"Shapes differ: encoder_block_2/mlp/hidden/bias \(\(95,\) in the file"
    refused(build_reference("timm_vit"), file, message)


def test_registers_and_layer_scale_are_hinted_at(build_reference, reference, refused):
    name = "timm_vit_registers_layerscale"
    model = build_reference(name, num_register_tokens=0)
    refused(model, reference / f"{name}.safetensors", "num_register_tokens=4")
    model = build_reference(name, layer_scale_init=None)
    refused(model, reference / f"{name}.safetensors", "layer_scale_init")


def test_norm_at_another_place(build_reference, reference, refused):
    model = build_reference("timm_vit_avg_pool", norm_after_pooling=False)
    file = reference / "timm_vit_avg_pool.safetensors"
    refused(model, file, r"normalises after pooling.*norm_after_pooling=True")
    options = {"pooling": "avg", "norm_after_pooling": True}
    model = build_reference("timm_vit", **options)
    refused(model, reference / "timm_vit.safetensors", "norm_after_pooling=False")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("patch_embed.backbone.stem.conv.weight", "hybrid with a ResNet stem"),
        ("blocks.0.mlp.w12.weight", "gated"),
        ("norm_pre.weight", "CLIP"),
    ],
)
def test_related_architectures(
    build_reference, timm_tensors, refused, tmp_path, name, reason
):
    file = save(tmp_path / "a.safetensors", {**timm_tensors, name: np.zeros(2)})
    refused(build_reference("timm_vit"), file, f"{reason}.*not built here")


def test_hybrid_of_google(build_reference, refused, tmp_path):
    file = tmp_path / "R50_L_32.npz"
    np.savez(file, **{"conv_root/kernel": np.zeros((7, 7, 3, 64), "float32")})
    refused(build_reference("google_vit"), file, "R50_L_32.*hybrid")


def test_distilled_model(build_reference, timm_tensors, refused, tmp_path, values):
    """Two heads are not one; without a top its tokens are exact."""
    random = np.random.default_rng(7)
    distilled = {
        **timm_tensors,
        "dist_token": random.normal(size=(1, 1, 24)),
        "pos_embed": random.normal(size=(1, 26, 24)),
        "head_dist.weight": np.zeros((5, 24)),
        "head_dist.bias": np.zeros(5),
    }
    file = save(tmp_path / "deit.safetensors", distilled)
    model = build_reference("timm_vit", num_register_tokens=1)
    refused(model, file, "distilled.*two heads.*include_top=False")
    model = build_reference("timm_vit", num_register_tokens=1, include_top=False)
    report = load_weights(model, file)
    assert len(report.ignored) == 4
    positions = values(model)["position_embedding/embedding"]
    np.testing.assert_allclose(positions, distilled["pos_embed"][0], rtol=1e-6)


def test_foreign_file(build_reference, refused, tmp_path):
    file = save(tmp_path / "resnet.safetensors", {"layer1.0.conv1.weight": [1.0]})
    message = r"resnet\.safetensors' is not a checkpoint of a ViT or Swin.*conv1"
    refused(build_reference("timm_vit"), file, message)


def test_two_tensors_for_one_weight(build_reference, timm_tensors, refused, tmp_path):
    twice = {**timm_tensors, "fc_norm.weight": np.ones(24)}
    file = save(tmp_path / "twice.safetensors", twice)
    refused(
        build_reference("timm_vit"), file, "two tensors for the weight 'norm/gamma'"
    )


def test_sources_that_are_none(build_reference, refused, tmp_path):
    model = build_reference("timm_vit")
    refused(model, "nothing", "no weights with the tag 'nothing'")
    refused(model, tmp_path / "no.npz", "no checkpoint file '.*no.npz'")
    refused(model, tmp_path / "no.onnx", "ending that is not known.*safetensors")
    refused(model, "hf://timm", "not an address on the hub")
    refused(model, "augreg_in1k", "no weights for a ViT of hidden_dim 24 and 3 blocks")
    options = {"bias_resize": "nearest"}
    refused(model, "x.npz", "`bias_resize` should be one of", **options)


def test_model_of_something_else():
    import keras

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="ViT and Swin models of this package"):
        load_weights(model, "augreg_in1k")
