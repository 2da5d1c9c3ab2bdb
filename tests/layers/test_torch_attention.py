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


def _by_example(query, bias):
    return torch_attention.attention(query, query, query, bias).square().sum()


@pytest.mark.parametrize("mapped", [(0, None), (None, 0), (0, 0)])
def test_gradients_of_each_example(mapped):
    """By the tokens and by the bias, whichever of them has an axis of examples."""
    axis = [torch.tensor(array(5, B, H, N, D)), torch.tensor(array(5, 1, H, N, N))]
    inputs = [x if m == 0 else x[0] for x, m in zip(axis, mapped, strict=True)]
    gradient = torch.func.grad(_by_example, argnums=(0, 1))
    together = torch.vmap(gradient, in_dims=mapped)(*inputs)
    for example in range(5):
        own = [x[example] if m == 0 else x for x, m in zip(inputs, mapped, strict=True)]
        learning = [x.clone().requires_grad_() for x in own]
        apart = torch.autograd.grad(_by_example(*learning), learning)
        for got, expected in zip(together, apart, strict=True):
            torch.testing.assert_close(got[example], expected, rtol=1e-4, atol=1e-4)


def test_a_bias_that_learns_outside_is_mapped():
    query = torch.tensor(array(B, H, N, D))
    bias = torch.tensor(array(5, 1, H, N, N), requires_grad=True)
    mapped = torch.vmap(lambda b: torch_attention.attention(query, query, query, b))
    apart = [torch_attention.attention(query, query, query, b) for b in bias]
    torch.testing.assert_close(mapped(bias), torch.stack(apart), rtol=1e-5, atol=1e-5)


def test_gradients_of_each_image_by_the_weights_of_a_block():
    from keras_vit.layers import SwinBlock
    from tests.helpers import randomize

    block = SwinBlock(3, 11, 2, 1)
    block.build((None, 4, 5, 12))
    randomize(block)
    weights = [v.value.detach() for v in block.trainable_variables]
    rest = [v.value for v in block.non_trainable_variables]

    def loss(weights, image):
        return block.stateless_call(weights, rest, image[None])[0].square().sum()

    images = torch.tensor(array(3, 4, 5, 12))
    together = torch.vmap(torch.func.grad(loss), in_dims=(None, 0))(weights, images)
    for number, image in enumerate(images):
        learning = [w.clone().requires_grad_() for w in weights]
        apart = torch.autograd.grad(loss(learning, image), learning)
        for got, expected in zip(together, apart, strict=True):
            torch.testing.assert_close(got[number], expected, rtol=1e-3, atol=1e-3)
