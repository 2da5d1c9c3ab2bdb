"""Matrix products by oneDNN, for PyTorch on a CPU with AVX-512 that is not Intel's.

PyTorch multiplies float32 matrices with MKL, which keeps to AVX2 on processors that are
not Intel's. oneDNN, which PyTorch carries for convolutions and half precision, does
not: on two Zen 5 cores it reaches 430 to 490 GFLOP/s where MKL has 210, on two Zen 4
cores 190 to 220 where MKL has 165 to 200. On two cores of Intel's it is the other way
round: 110 to 250 and MKL's 120 to 300 on an Ice Lake, on a Xeon with AMX 180 to 400 and
MKL's 340 to 430 for all but the narrowest layers.

R rows, C channels in, U units out.
"""

import functools
import math
import platform
from pathlib import Path

import torch

SMALLEST = 2**22  # R·C·U; below it, calling oneDNN takes as long as it saves
# Stride, padding, dilation; whether it is transposed, output padding, groups.
ONE_BY_ONE = [1, 1], [0, 0], [1, 1], False, [0, 0], 1


def is_transformed() -> bool:
    """Whether what runs is traced or mapped, and has PyTorch's public operations only.

    What is exported leaves this process, and `torch.func` transforms operations one by
    one.
    """
    return torch.compiler.is_compiling() or torch.jit.is_tracing() or _is_mapped()


def is_faster_for(x, training=None) -> bool:
    """Whether products of x are for oneDNN: float32 on a CPU, for nobody else."""
    return (
        not is_transformed()
        and x.device.type == "cpu"
        and x.dtype == torch.float32
        and bool(torch.backends.mkldnn.enabled)
        and _is_faster()
    )


def dense(x, kernel, bias=None):
    """The definition by oneDNN, and its gradients."""
    rows = x.reshape(-1, x.shape[-1])  # (..., C) -> (R, C)
    if torch.is_grad_enabled():
        result = _Product.apply(rows, kernel, bias)
    else:
        result = product(rows, kernel, bias)
    return result.reshape(*x.shape[:-1], kernel.shape[1])


class _Product(torch.autograd.Function):
    """rows @ kernel + bias, whose gradients are products again."""

    @staticmethod
    def forward(ctx, rows, kernel, bias):
        ctx.save_for_backward(rows, kernel)
        return product(rows, kernel, bias)

    @staticmethod
    def backward(ctx, gradient):
        rows, kernel = ctx.saved_tensors
        for_rows, for_kernel, for_bias = ctx.needs_input_grad
        multiply = dense if torch.is_grad_enabled() else product
        return (
            multiply(gradient, kernel.t()) if for_rows else None,
            columns_times_rows(rows, gradient) if for_kernel else None,
            gradient.sum(dim=0) if for_bias else None,
        )


def product(rows, kernel, bias=None):
    """(R, C) x (C, U) + (U,), without a gradient, by the faster of the two libraries.

    oneDNN's is the operation that `torch.compile` makes of linear layers on a CPU.
    """
    if not _is_worth_it(rows, kernel):
        return torch.mm(rows, kernel) if bias is None else bias.addmm(rows, kernel)
    if not (kernel.is_contiguous() or kernel.t().is_contiguous()):
        kernel = kernel.contiguous()  # oneDNN has no fast product of other layouts
    return _linear(rows, kernel, bias)


def _linear(rows, kernel, bias):
    return torch.ops.mkldnn._linear_pointwise(rows, kernel.t(), bias, "none", [], "")


def _is_worth_it(rows, kernel) -> bool:
    """Whether it is large; below, calling oneDNN takes as long as it saves."""
    size = rows.shape[0] * kernel.shape[0] * kernel.shape[1]
    return size >= SMALLEST and is_faster_for(rows)


def columns_times_rows(rows, gradient):
    """rowsᵀ @ gradient, (C, U): what a 1 x 1 convolution's kernel has for gradient.

    As a product oneDNN copies the rows for it, turned over: of all that PyTorch has
    for the purpose the convolution alone reads both as they lie. On two Zen 4 cores it
    reaches 160 to 210 GFLOP/s where product and MKL have 60 to 190.
    """
    if torch.is_grad_enabled() or not _is_worth_it(rows.t(), gradient):
        return torch.mm(rows.t(), gradient)
    if rows.shape[1] < gradient.shape[1]:  # fastest with the wider as its output
        return _of_convolution(rows, gradient).t().contiguous()
    return _of_convolution(gradient, rows)


def _of_convolution(rows, gradient):
    """gradientᵀ @ rows, (U, C)."""
    images = math.gcd(len(rows), torch.get_num_threads())  # one for each thread
    kernel = rows.new_empty(gradient.shape[1], rows.shape[1], 1, 1)
    _, of_kernel, _ = torch.ops.aten.convolution_backward(
        _as_images(gradient, images),
        _as_images(rows, images),
        kernel,
        None,
        *ONE_BY_ONE,
        [False, True, False],
    )
    return of_kernel.flatten(start_dim=1)


def _as_images(rows, images: int):
    """(R, C) -> (images, C, 1, R / images), in the order in memory that it has."""
    return rows.reshape(images, 1, -1, rows.shape[1]).permute(0, 3, 1, 2)


@functools.cache
def _is_faster() -> bool:
    """Whether there is a oneDNN to call that is ahead of MKL on this processor."""
    return (
        torch.backends.cpu.get_cpu_capability().startswith("AVX512")
        and not _is_intels()
        and _is_there()
    )


def _is_intels() -> bool:
    try:
        description = Path("/proc/cpuinfo").read_text()
    except OSError:  # not Linux
        description = platform.processor()
    return "GenuineIntel" in description


def _is_there() -> bool:
    """Whether the operation, which PyTorch does not promise to keep, is as it was."""
    rows = torch.arange(6.0).reshape(2, 3)
    kernel, bias = torch.arange(15.0).reshape(3, 5) - 7, torch.arange(5.0)
    try:
        result = _linear(rows, kernel, bias)
    except (AttributeError, RuntimeError, TypeError):
        return False
    return torch.equal(result, rows @ kernel + bias)


# No public function tells of it. Where the private one is gone, no row of this file's
# is taken.
_is_mapped = getattr(torch._C, "_are_functorch_transforms_active", lambda: True)
