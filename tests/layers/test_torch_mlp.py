"""PyTorch's MLP in training is the plain one, but keeps its hidden layer once."""

import keras
import pytest
from keras import ops

from tests.helpers import array, randomize

if keras.backend.backend() != "torch":
    pytest.skip("PyTorch's MLP only", allow_module_level=True)

import torch

from keras_vit.layers import MLP, mlp
from keras_vit.layers.pytorch import onednn

TOKENS, CHANNELS, HIDDEN = (3, 211), 53, 149


@pytest.fixture
def layer():
    layer = MLP(HIDDEN)
    layer.build((*TOKENS, CHANNELS))
    randomize(layer)
    return layer


def _both_ways(function, monkeypatch):
    keeps_once = function()
    monkeypatch.setattr(mlp, "takes_gelu_again", lambda: False)
    return keeps_once, function()


def _gradients(layer, x, **kwargs):
    weights = [v.value for v in layer.trainable_variables]
    total = (layer(x, training=True) ** 2).sum()
    return torch.autograd.grad(total, [x, *weights], **kwargs)


def test_value_and_gradients(layer, monkeypatch):
    x = torch.tensor(array(*TOKENS, CHANNELS, seed=7), requires_grad=True)

    def results():
        return layer(x, training=True), *_gradients(layer, x)

    for got, expected in zip(*_both_ways(results, monkeypatch), strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-3)


def test_the_hidden_layer_is_kept_once(layer, monkeypatch):
    x = torch.tensor(array(*TOKENS, CHANNELS), requires_grad=True)

    def kept():
        kept = {}

        def pack(tensor):
            if tensor.shape[-1] == HIDDEN and tensor.shape[0] != CHANNELS:
                kept[tensor.data_ptr()] = tensor
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            layer(x, training=True)
        return len(kept)

    assert _both_ways(kept, monkeypatch) == (1, 2)


def test_a_gradient_has_a_gradient(layer, monkeypatch):
    x = torch.tensor(0.1 * array(*TOKENS, CHANNELS), requires_grad=True)

    def penalty():
        slope, *_ = _gradients(layer, x, create_graph=True)
        return torch.autograd.grad((slope * slope).mean(), x)[0]

    got, expected = _both_ways(penalty, monkeypatch)
    torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("learns", [True, False])
def test_frozen_weights_take_no_product(layer, learns, monkeypatch):
    calls = []
    original = onednn._columns_times_rows

    def counted(*arguments):
        calls.append(arguments)
        return original(*arguments)

    monkeypatch.setattr(onednn, "_columns_times_rows", counted)
    x = torch.tensor(array(*TOKENS, CHANNELS), requires_grad=True)
    layer.output_dense.trainable = learns
    (layer(x, training=True) ** 2).sum().backward()
    assert x.grad is not None
    frozen = layer.output_dense.kernel.value.grad
    assert (frozen is not None) == learns
    assert any(rows.shape[-1] == HIDDEN for rows, _ in calls) == learns


def test_mapped_over_a_batch(layer):
    batch = torch.tensor(array(*TOKENS, CHANNELS))
    mapped = torch.vmap(lambda x: layer(x, training=True))(batch)
    torch.testing.assert_close(mapped, layer(batch), rtol=1e-4, atol=1e-4)


def test_half_precision():
    layer = MLP(HIDDEN, dtype="mixed_bfloat16")
    x = ops.convert_to_tensor(array(*TOKENS, CHANNELS))
    trained, used = layer(x, training=True), layer(x)
    assert trained.dtype == torch.bfloat16
    torch.testing.assert_close(trained, used, rtol=2**-6, atol=2**-8)
