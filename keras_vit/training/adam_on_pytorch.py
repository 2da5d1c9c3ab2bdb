"""A step of Adam (https://arxiv.org/abs/1412.6980) in one pass, on PyTorch."""

import torch  # noqa: TID253 - nothing imports this file on another backend
from torch.optim.adamw import adamw  # noqa: TID253


@torch.no_grad()
def fused_adam(
    variables, gradients, means, squares, highest, learning_rate, step, betas, epsilon
):
    """Write over the variables and what is kept of their gradients.

    Args:
        variables: list of tensors, as are the four that follow.
        gradients: of the loss, by each variable.
        means: running means of the gradients.
        squares: running means of their squares.
        highest: the highest of these so far (AMSGrad), or an empty list.
        learning_rate: scalar tensor.
        step: int, from 1.
        betas: how much of means and squares stays.
        epsilon: added to the square root of the squares.
    """
    adamw(
        variables,
        # The kernel takes all that it is given as rows of numbers in the same order.
        [g.to(v.dtype).contiguous() for g, v in zip(gradients, variables, strict=True)],
        means,
        squares,
        highest,
        # One each, which the kernel counts up; made on a GPU, not copied there.
        [torch.full((), step - 1.0, device=v.device) for v in variables],
        fused=True,
        amsgrad=bool(highest),
        beta1=betas[0],
        beta2=betas[1],
        lr=learning_rate,
        weight_decay=0.0,
        # PyTorch adds it once the squares are freed of their bias, Keras before.
        eps=epsilon / (1 - betas[1] ** step) ** 0.5,
        maximize=False,
    )


def let_go(gradients, variables):
    """Free the gradients that the variables themselves hold."""
    for gradient, variable in zip(gradients, variables, strict=True):
        if gradient is variable.grad:
            variable.grad = None
