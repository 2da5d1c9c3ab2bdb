"""The MLP as one function on PyTorch, which keeps and writes less than its parts.

R rows, C channels, U hidden units.
"""

import functools

import torch  # noqa: TID253 - nothing imports this file on another backend
from torch.nn.functional import gelu  # noqa: TID253

from keras_vit.layers.pytorch.memory import LARGEST_BLOCK, empty
from keras_vit.layers.pytorch.products import (
    gelu_of_product,
    is_transformed,
    product,
    weight_gradients,
)

LONGEST_PIECE = 2**12  # rows


def mlp(rows, hidden_kernel, hidden_bias, output_kernel, output_bias):
    """GELU((R, C) x (C, U) + (U,)) x (U, C) + (C,)."""
    arguments = (rows, hidden_kernel, hidden_bias, output_kernel, output_bias)
    if is_transformed():
        return product(
            gelu(product(rows, hidden_kernel, hidden_bias)), output_kernel, output_bias
        )
    if torch.is_grad_enabled() and any(x.requires_grad for x in arguments):
        return _MLP.apply(*arguments)
    return _joined(
        product(
            gelu_of_product(piece, hidden_kernel, hidden_bias),
            output_kernel,
            output_bias,
        )
        for piece in _pieces(rows, hidden_kernel)
    )


class _MLP(torch.autograd.Function):
    """The function in training.

    PyTorch by itself keeps the hidden layer for GELU's gradient and GELU's result for
    the kernel's, both R x U: together half of what a block keeps. Here the second is
    computed again, which takes no time that can be measured beside the products.
    """

    @staticmethod
    def forward(ctx, rows, hidden_kernel, hidden_bias, output_kernel, output_bias):
        hidden, results = [], []
        for piece in _pieces(rows, hidden_kernel):
            hidden.append(product(piece, hidden_kernel, hidden_bias))
            results.append(product(_gelu(hidden[-1]), output_kernel, output_bias))
        ctx.save_for_backward(rows, hidden_kernel, hidden_bias, output_kernel, *hidden)
        return _joined(results)

    @staticmethod
    def backward(ctx, gradient):
        rows, hidden_kernel, hidden_bias, output_kernel, *hidden = ctx.saved_tensors
        if torch.is_grad_enabled():  # the gradient is to have one: it needs the graph
            hidden = [product(rows, hidden_kernel, hidden_bias)]
        pieces = zip(
            rows.tensor_split(len(hidden)),
            hidden,
            gradient.tensor_split(len(hidden)),
            strict=True,
        )
        parts = [
            _gradients(*piece, hidden_kernel, output_kernel, ctx.needs_input_grad)
            for piece in pieces
        ]
        of_rows, *of_weights = zip(*parts, strict=True)
        return _joined(of_rows), *(functools.reduce(_add, x) for x in of_weights)


def _gradients(rows, hidden, gradient, hidden_kernel, output_kernel, needed):
    """By the five arguments, of some rows; None for what is not needed."""
    of_output = weight_gradients(
        gradient, _gelu(hidden) if needed[3] else None, needed[3:]
    )
    if not any(needed[:3]):
        return None, None, None, *of_output
    of_hidden = _gelu_gradient(product(gradient, output_kernel.t()), hidden)
    of_weights = weight_gradients(of_hidden, rows, needed[1:3])
    of_rows = product(of_hidden, hidden_kernel.t()) if needed[0] else None
    return of_rows, *of_weights, *of_output


def _gelu(hidden):
    if torch.is_grad_enabled() or hidden.device.type != "cpu":
        return gelu(hidden)
    return torch.ops.aten.gelu.out(hidden, out=empty(hidden.shape, hidden.dtype))


def _gelu_gradient(gradient, hidden):
    """By GELU's argument, written over the gradient by its value."""
    gelu_backward = torch.ops.aten.gelu_backward
    if torch.is_grad_enabled():
        return gelu_backward(gradient, hidden)
    return gelu_backward.grad_input(gradient, hidden, grad_input=gradient)


def _pieces(rows, hidden_kernel):
    """The rows, cut where the hidden layer of all of them takes long to write.

    A block of over 32 MiB goes back to the system as soon as it is free, and the next
    one comes page by page, in zeros. Swin-T's first MLPs, whose hidden layers take 37
    MiB for eight images, take 57 to 68 ms forward and backward in seven pieces, 83 to
    86 in two and 97 to 103 in one (by themselves, on an Intel Xeon with AMX).
    """
    units = hidden_kernel.shape[1]
    longest = LARGEST_BLOCK // (units * rows.itemsize)
    if len(rows) <= longest or rows.device.type != "cpu":
        return (rows,)
    return rows.tensor_split(-(-len(rows) // min(longest, LONGEST_PIECE)))


def _joined(pieces):
    first, *others = pieces
    return torch.cat([first, *others]) if others and first is not None else first


def _add(total, x):
    return total if x is None else total + x
