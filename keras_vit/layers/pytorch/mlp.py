"""The MLP of a training step on PyTorch, which keeps its hidden layer once, not twice.

R rows, C channels, U hidden units.
"""

import torch  # noqa: TID253 - nothing imports this file on another backend

from keras_vit.layers.pytorch.onednn import gradients, product


def mlp(rows, hidden_kernel, hidden_bias, output_kernel, output_bias):
    """GELU((R, C) x (C, U) + (U,)) x (U, C) + (C,)."""
    hidden = product(rows, hidden_kernel, hidden_bias)
    return _ProductOfGelu.apply(hidden, output_kernel, output_bias)


class _ProductOfGelu(torch.autograd.Function):
    """gelu(hidden) @ kernel + bias.

    PyTorch keeps `hidden` for GELU's gradient and GELU's result for the kernel's, both
    R x U: together half of what a block keeps. Here the second is computed again, which
    takes no time that can be measured beside the products.
    """

    @staticmethod
    def forward(hidden, kernel, bias):
        return product(torch.nn.functional.gelu(hidden), kernel, bias)

    @staticmethod
    def setup_context(ctx, inputs, output):
        hidden, kernel, _ = inputs
        ctx.save_for_backward(hidden, kernel)

    @staticmethod
    def backward(ctx, gradient):
        hidden, kernel = ctx.saved_tensors
        of_gelu, of_kernel, of_bias = gradients(
            gradient, torch.nn.functional.gelu(hidden), kernel, ctx.needs_input_grad
        )
        if of_gelu is None:
            return None, of_kernel, of_bias
        of_hidden = torch.ops.aten.gelu_backward(of_gelu, hidden)
        return of_hidden, of_kernel, of_bias

    @staticmethod
    def vmap(info, in_dims, hidden, kernel, bias):
        def one(hidden, kernel, bias):
            return bias.addmm(torch.nn.functional.gelu(hidden), kernel)

        return torch.vmap(one, in_dims)(hidden, kernel, bias), 0
