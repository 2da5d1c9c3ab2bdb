"""Matrix products on PyTorch, by the faster of the two libraries that a CPU has.

R rows, C channels in, U units out.
"""

import torch  # noqa: TID253 - nothing imports this file on another backend

from keras_vit.layers.pytorch import onednn
from keras_vit.layers.pytorch.memory import empty


def product(rows, kernel, bias=None):
    """(R, C) x (C, U) + (U,)."""
    if _is_ours(rows, kernel):
        return _Product.apply(rows, kernel, bias)
    return torch.mm(rows, kernel) if bias is None else bias.addmm(rows, kernel)


def gelu_of_product(rows, kernel, bias):
    """GELU of the product where nothing learns, in no more memory than it takes."""
    if _is_ours(rows, kernel) and onednn.is_faster_for(rows, kernel):
        return onednn.product(rows, kernel, bias, gelu=True)
    return torch.ops.aten.gelu_(product(rows, kernel, bias))


class _Product(torch.autograd.Function):
    """rows @ kernel + bias, whose gradients are products again."""

    @staticmethod
    def forward(ctx, rows, kernel, bias):
        ctx.save_for_backward(rows, kernel)
        if onednn.is_faster_for(rows, kernel):
            return onednn.product(rows, kernel, bias)
        result = empty((len(rows), kernel.shape[1]), rows.dtype)
        torch.mm(rows, kernel, out=result)
        # PyTorch's own sum of a bias and a product starts with copies of the bias: at
        # the hidden layer of ViT-B/16 19.8 ms, in place 18.3 (an Intel Xeon with AMX).
        return result if bias is None else result.add_(bias)

    @staticmethod
    def backward(ctx, gradient):
        rows, kernel = ctx.saved_tensors
        for_rows, *for_weights = ctx.needs_input_grad
        of_weights = weight_gradients(gradient, rows, for_weights)
        of_rows = product(gradient, kernel.t()) if for_rows else None
        return of_rows, *of_weights


def weight_gradients(gradient, rows, needed):
    """By kernel and bias of the rows' product, None for what is not needed."""
    for_kernel, for_bias = needed
    of_kernel = _columns_times_rows(rows, gradient) if for_kernel else None
    return of_kernel, gradient.sum(dim=0) if for_bias else None


def _columns_times_rows(rows, gradient):
    """rowsᵀ @ gradient, (C, U)."""
    if _is_ours(rows, gradient) and onednn.is_faster_for(rows.t(), gradient):
        return onednn.columns_times_rows(rows, gradient)
    return torch.mm(rows.t(), gradient)


def is_transformed() -> bool:
    """Whether what runs is traced or mapped, and has PyTorch's public operations only.

    What is exported leaves this process, and `torch.func` transforms operations one by
    one.
    """
    return torch.compiler.is_compiling() or torch.jit.is_tracing() or is_mapped()


def is_mapped() -> bool:
    """Whether `torch.func` differentiates or maps what runs."""
    return torch._C._are_functorch_transforms_active()


def _is_ours(rows, kernel) -> bool:
    """Whether the product is one of float32 on a CPU, for nobody but this process."""
    return (
        rows.device.type == "cpu"
        and rows.dtype == kernel.dtype == torch.float32
        and not is_transformed()
    )
