"""The two libraries that multiply matrices on PyTorch's CPU agree, gradients too."""

import functools
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

from keras_vit.layers import MLP

if keras.backend.backend() != "torch":
    pytest.skip("PyTorch's products only", allow_module_level=True)

import torch

from keras_vit.layers.pytorch import onednn, products

ONEDNN = {"mkldnn::_linear_pointwise", "aten::convolution_backward"}
# R·C·U above `SMALLEST`; C < U and C > U, with rows that two threads share and not.
SHAPES = [(613, 53, 149), (613, 149, 53), (2 * 2503, 41, 43)]


@pytest.fixture(autouse=True)
def whatever_is_faster(monkeypatch):
    """Have oneDNN multiply wherever it can."""
    monkeypatch.setattr(onednn, "_is_faster", onednn._is_there)


def _tensors(rows, channels, units):
    numbers = np.random.default_rng(7)
    shapes = (rows, channels), (channels, units), (units,), (rows, units)
    return [
        torch.tensor(
            numbers.normal(size=shape), dtype=torch.float32, requires_grad=True
        )
        for shape in shapes
    ]


def _operations(function) -> set[str]:
    with torch.profiler.profile() as profile:
        function()
    return {event.name for event in profile.events()}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("with_bias", [True, False])
def test_product_and_gradients_are_those_of_pytorch(shape, with_bias, monkeypatch):
    rows, kernel, bias, seen = _tensors(*shape)
    inputs = (rows, kernel, bias) if with_bias else (rows, kernel)

    def results():
        output = products.product(*inputs)
        return output, *torch.autograd.grad((output * seen).sum(), inputs)

    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    ours = results()
    if onednn._is_there():
        assert _operations(results) >= ONEDNN
    monkeypatch.setattr(onednn, "_is_faster", lambda: False)
    assert not _operations(results) & ONEDNN
    expected = results()
    for one, other in zip(ours, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=2e-4)


@pytest.mark.parametrize("by_onednn", [True, False])
def test_gelu_is_the_same_in_one_pass_and_in_two(by_onednn, monkeypatch):
    monkeypatch.setattr(onednn, "_is_faster", lambda: by_onednn and onednn._is_there())
    rows, kernel, bias, _ = _tensors(*SHAPES[0])
    in_two = torch.nn.functional.gelu(products.product(rows, kernel, bias))
    assert in_two.requires_grad
    with torch.no_grad():
        in_one = products.gelu_of_product(rows, kernel, bias)
    assert not in_one.requires_grad
    torch.testing.assert_close(in_one, in_two, rtol=1e-5, atol=1e-4)


def test_a_gradient_has_a_gradient(monkeypatch):
    rows, kernel, bias, seen = _tensors(*SHAPES[0])

    def penalty():
        output = products.product(rows, kernel, bias)
        (slope,) = torch.autograd.grad((output**2).sum(), rows, create_graph=True)
        return torch.autograd.grad((slope * slope).mean(), kernel)[0]

    ours = penalty()
    monkeypatch.setattr(onednn, "_is_faster", lambda: False)
    torch.testing.assert_close(ours, penalty(), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_kernels_gradient_lies_as_the_kernel(shape):
    rows, kernel, bias, seen = _tensors(*shape)
    (products.product(rows, kernel, bias) * seen).sum().backward()
    assert kernel.grad.is_contiguous()


@pytest.mark.parametrize(
    "layout",
    [lambda x: x.t().contiguous().t(), lambda x: x.repeat(2, 2)[::2, : x.shape[1]]],
    ids=["transposed", "strided"],
)
def test_a_kernel_in_another_layout(layout):
    rows, kernel, bias, _ = _tensors(*SHAPES[0])
    kernel = layout(kernel.detach())
    expected = rows.double() @ kernel.double() + bias.double()
    torch.testing.assert_close(
        products.product(rows, kernel, bias).double(), expected, rtol=1e-5, atol=1e-4
    )


def test_mapped_over_a_batch():
    rows, kernel, bias, _ = _tensors(*SHAPES[0])
    batch = torch.stack([rows, 2 * rows])
    mapped = torch.vmap(functools.partial(products.product, kernel=kernel, bias=bias))
    torch.testing.assert_close(
        mapped(batch), batch @ kernel + bias, rtol=1e-5, atol=1e-4
    )


def test_what_is_exported_has_public_operations_only():
    layer = MLP(149)
    tokens = ops.ones((1, 613, 53))
    layer(tokens)
    program = torch.export.export(layer, (tokens,), strict=False)
    assert "mkldnn" not in str(program.graph)
    assert "addmm" in str(program.graph)


@pytest.mark.parametrize(
    ("capability", "maker", "faster"),
    [
        ("AVX512", "AuthenticAMD", True),
        ("AVX512", "GenuineIntel", False),
        ("AVX2", "AuthenticAMD", False),
    ],
)
def test_which_is_faster(capability, maker, faster, monkeypatch):
    monkeypatch.undo()
    if not onednn._is_there():
        pytest.skip("this PyTorch has no oneDNN to call")
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    monkeypatch.setattr(Path, "read_text", lambda _: f"vendor_id : {maker}")
    assert onednn._is_faster.__wrapped__() == faster
