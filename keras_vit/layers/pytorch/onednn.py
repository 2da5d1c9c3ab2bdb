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

import torch  # noqa: TID253 - nothing imports this file on another backend

SMALLEST = 2**22  # R·C·U; below it, calling oneDNN takes as long as it saves
# Stride, padding, dilation; whether it is transposed, output padding, groups.
ONE_BY_ONE = [1, 1], [0, 0], [1, 1], False, [0, 0], 1


def is_faster_for(rows, kernel) -> bool:
    """Whether oneDNN multiplies (R, C) x (C, U), float32 on a CPU, before MKL does."""
    return (
        rows.shape[0] * kernel.shape[0] * kernel.shape[1] >= SMALLEST
        and bool(torch.backends.mkldnn.enabled)
        and _is_faster()
    )


def product(rows, kernel, bias, gelu=False):
    """(R, C) x (C, U) + (U,), and GELU of it in the same pass over memory.

    It is the operation that `torch.compile` makes of linear layers on a CPU, and has no
    gradient.
    """
    if not (kernel.is_contiguous() or kernel.t().is_contiguous()):
        kernel = kernel.contiguous()  # oneDNN has no fast product of other layouts
    function, algorithm = ("gelu", "none") if gelu else ("none", "")
    return torch.ops.mkldnn._linear_pointwise(
        rows, kernel.t(), bias, function, [], algorithm
    )


def columns_times_rows(rows, gradient):
    """rowsᵀ @ gradient, (C, U): what a 1 x 1 convolution's kernel has for gradient.

    As a product oneDNN copies the rows for it, turned over: of all that PyTorch has
    for the purpose the convolution alone reads both as they lie. On two Zen 4 cores it
    reaches 160 to 210 GFLOP/s where product and MKL have 60 to 190.
    """
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
    try:  # the operation is not among those that PyTorch promises to keep
        product(torch.ones(2, 3), torch.ones(3, 5), None)
    except (AttributeError, RuntimeError, TypeError):
        return False
    return True
