"""Attention whose bias learns is written out on PyTorch, and is the fused one's."""

import keras
import pytest

from tests.helpers import array

if keras.backend.backend() != "torch":
    pytest.skip("PyTorch's attention only", allow_module_level=True)

import torch

from keras_vit.layers.pytorch import attention as torch_attention

B, H, N, D = 4, 3, 5, 7
FUSED = torch.nn.functional.scaled_dot_product_attention


def _fused(query, key, value, bias):
    """An example b has the bias b modulo their number."""
    of_each = bias[torch.arange(B) % len(bias)]
    return FUSED(query, key, value, attn_mask=of_each)


@pytest.mark.parametrize("examples", [1, 2, B])
@pytest.mark.parametrize("learns", [True, False])
def test_value_and_gradients(examples, learns):
    tensors = [torch.tensor(array(B, H, N, D, seed=s)) for s in range(3)]
    bias = torch.tensor(array(examples, H, N, N, seed=3))
    inputs = [x.requires_grad_() for x in (*tensors, bias)[: 4 if learns else 3]]
    upstream = torch.tensor(array(B, H, N, D, seed=4))

    def results(attention):
        value = attention(*tensors, bias)
        return value, *torch.autograd.grad((value * upstream).sum(), inputs)

    for got, expected in zip(
        results(torch_attention.attention), results(_fused), strict=True
    ):
        torch.testing.assert_close(got, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_where_it_is_fused(dtype, monkeypatch):
    calls = []
    monkeypatch.setattr(
        torch.nn.functional,
        "scaled_dot_product_attention",
        lambda *args, **kwargs: calls.append(args) or FUSED(*args, **kwargs),
    )
    tokens = torch.tensor(array(B, H, N, D)).to(dtype)
    bias = torch.tensor(array(1, H, N, N), requires_grad=True)
    assert torch_attention.attention(tokens, tokens, tokens, bias).dtype == dtype
    assert len(calls) == (dtype != torch.float32)  # softmax is never in half precision
    torch_attention.attention(tokens, tokens, tokens, None)
    with torch.no_grad():
        torch_attention.attention(tokens, tokens, tokens, bias)
    assert len(calls) == 2 + (dtype != torch.float32)
