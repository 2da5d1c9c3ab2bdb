"""PyTorch's MLP is the plain one, but keeps its hidden layer once, and in pieces."""

import keras
import pytest
from keras import ops

from tests.helpers import array, randomize

if keras.backend.backend() != "torch":
    pytest.skip("PyTorch's MLP only", allow_module_level=True)

import torch

from keras_vit.layers import MLP, mlp
from keras_vit.layers.pytorch import mlp as torch_mlp
from keras_vit.layers.pytorch import onednn, products

TOKENS, CHANNELS, HIDDEN = (3, 211), 53, 149


@pytest.fixture
def layer():
    layer = MLP(HIDDEN)
    layer.build((*TOKENS, CHANNELS))
    randomize(layer)
    return layer


@pytest.fixture(params=["MKL", "oneDNN"], autouse=True)
def library(request, monkeypatch):
    """Each of the two libraries, whichever is the faster here."""
    if request.param == "oneDNN" and not onednn._is_there():
        pytest.skip("this PyTorch has no oneDNN to call")
    monkeypatch.setattr(onednn, "_is_faster", lambda: request.param == "oneDNN")


@pytest.fixture(params=[(2**12, 2**12, 1), (200, 2**12, 4), (200, 20, 32)])
def cut(request, monkeypatch):
    """Into how many pieces: all 633 rows fit, 200 of them do, and 20 are the most."""
    fit, longest, pieces = request.param
    monkeypatch.setattr(torch_mlp, "LARGEST_BLOCK", fit * HIDDEN * 4)
    monkeypatch.setattr(torch_mlp, "LONGEST_PIECE", longest)
    return pieces


def _both_ways(function, monkeypatch):
    as_one = function()
    monkeypatch.setattr(mlp, "has_fused_mlp", lambda training: False)
    return as_one, function()


def _gradients(layer, x, **kwargs):
    weights = [v.value for v in layer.trainable_variables]
    total = (layer(x, training=True) ** 2).sum()
    return torch.autograd.grad(total, [x, *weights], **kwargs)


def test_value_and_gradients(layer, cut, monkeypatch):
    x = torch.tensor(array(*TOKENS, CHANNELS, seed=7), requires_grad=True)

    def results():
        return layer(x, training=True), *_gradients(layer, x)

    for got, expected in zip(*_both_ways(results, monkeypatch), strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-3)


def test_inference(layer, cut, monkeypatch):
    x = torch.tensor(array(*TOKENS, CHANNELS, seed=7))
    before = x.clone()
    with torch.no_grad():
        got, expected = _both_ways(lambda: layer(x), monkeypatch)
    torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(x, before, rtol=0, atol=0)


def test_number_of_pieces(layer, cut):
    rows = torch.tensor(array(633, CHANNELS))
    pieces = torch_mlp._pieces(rows, layer.hidden_dense.kernel.value)
    assert len(pieces) == cut
    assert torch.cat(list(pieces)).equal(rows)


def test_the_hidden_layer_is_kept_once(layer, monkeypatch):
    x = torch.tensor(array(*TOKENS, CHANNELS), requires_grad=True)

    def kept():
        kept = {}

        def pack(tensor):
            is_bias, is_kernel = tensor.ndim == 1, tensor.shape[0] == CHANNELS
            if tensor.shape[-1] == HIDDEN and not is_bias and not is_kernel:
                kept[tensor.data_ptr()] = tensor
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            layer(x, training=True)
        return len(kept)

    assert _both_ways(kept, monkeypatch) == (1, 2)


def test_a_gradient_has_a_gradient(layer, cut, monkeypatch):
    x = torch.tensor(0.1 * array(*TOKENS, CHANNELS), requires_grad=True)
    weights = [v.value for v in layer.trainable_variables]

    def penalty():
        slope, *_ = _gradients(layer, x, create_graph=True)
        return torch.autograd.grad((slope * slope).mean(), [x, *weights])

    for got, expected in zip(*_both_ways(penalty, monkeypatch), strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("frozen", ["x", "hidden_dense", "output_dense"])
def test_what_is_frozen_takes_no_product(layer, frozen, cut, monkeypatch):
    calls, gelus = [], []
    original = products._columns_times_rows

    def counted(*arguments):
        calls.append(arguments[0].shape[-1])
        return original(*arguments)

    gelu = torch_mlp._gelu

    def counted_gelu(hidden):
        gelus.append(hidden)
        return gelu(hidden)

    monkeypatch.setattr(products, "_columns_times_rows", counted)
    monkeypatch.setattr(torch_mlp, "_gelu", counted_gelu)
    x = torch.tensor(array(*TOKENS, CHANNELS), requires_grad=frozen != "x")
    if frozen != "x":
        getattr(layer, frozen).trainable = False
    (layer(x, training=True) ** 2).sum().backward()
    assert (x.grad is not None) == (frozen != "x")
    assert len(gelus) == (cut if frozen == "output_dense" else 2 * cut)
    for name, channels in ("hidden_dense", CHANNELS), ("output_dense", HIDDEN):
        for weight in getattr(layer, name).weights:
            assert (weight.value.grad is not None) == (frozen != name)
        assert calls.count(channels) == (cut if frozen != name else 0)


def test_mapped_over_a_batch(layer):
    batch = torch.tensor(array(*TOKENS, CHANNELS))
    for training in (True, False):
        mapped = torch.vmap(lambda x, t=training: layer(x, training=t))(batch)
        torch.testing.assert_close(mapped, layer(batch), rtol=1e-4, atol=1e-4)


def test_gradients_of_each_example(layer):
    batch = torch.tensor(array(*TOKENS, CHANNELS))

    def total(x):
        return (layer(x, training=True) ** 2).sum()

    mapped = torch.vmap(torch.func.grad(total))(batch)
    one_by_one = torch.stack([torch.func.grad(total)(x) for x in batch])
    torch.testing.assert_close(mapped, one_by_one, rtol=1e-4, atol=1e-3)


def test_half_precision():
    layer = MLP(HIDDEN, dtype="mixed_bfloat16")
    x = ops.convert_to_tensor(array(*TOKENS, CHANNELS))
    trained, used = layer(x, training=True), layer(x)
    assert trained.dtype == torch.bfloat16
    torch.testing.assert_close(trained, used, rtol=2**-6, atol=2**-8)


def test_another_activation_and_quantized_kernels_are_left_to_the_layers():
    layer = MLP(HIDDEN)
    x = ops.convert_to_tensor(array(*TOKENS, CHANNELS))
    exact = layer(x)
    layer.output_dense.quantize("int8", type_check=False)
    difference = (layer(x) - exact).abs().max() / exact.abs().max()
    assert 0 < difference < 0.05
    layer.hidden_dense.activation = keras.activations.relu
    hidden = layer.hidden_dense(x)
    assert hidden.min() == 0
    torch.testing.assert_close(layer(x), layer.output_dense(hidden))
