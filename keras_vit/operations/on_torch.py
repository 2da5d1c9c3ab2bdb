"""What is faster on PyTorch: its own kernels, called without what Keras asks before.

R rows, C channels, U hidden units; B batch, N tokens, H heads, d key_dim.
"""

import keras
import torch
import torch.utils.checkpoint
from keras import ops
from torch.nn import functional
from torch.nn.modules import module as modules

from keras_vit.operations import definitions
from keras_vit.operations import onednn_on_torch as onednn
from keras_vit.operations.grouped import windows_as_heads
from keras_vit.operations.override import Override

FLATTENS = False  # PyTorch's kernels take any axes
HOOKS = tuple(
    f"_{direction}{kind}hooks"
    for direction in ("forward_", "backward_")
    for kind in ("", "pre_")
)


def has_values(x) -> bool:
    """Whether a tensor's numbers can be looked at, as nothing is being traced."""
    return torch.is_tensor(x) and not (x.is_meta or onednn.is_transformed())


def has_hooks(layer) -> bool:
    """Whether a call of the layer runs a hook: its own, or one of all modules."""
    return any(getattr(layer, name) for name in HOOKS) or any(
        getattr(modules, f"_global{name}") for name in HOOKS
    )


class Constant:
    """A constant of an architecture as a tensor on the device that works.

    `torch.compile` begins a new graph wherever an array of NumPy is converted, and a
    GPU waits for the host's memory.

    Args:
        array: NumPy's, or None.
    """

    def __init__(self, array):
        self._array = array
        self._tensor = self._converted()

    def beside(self, x):
        """The constant for a function that also takes the tensor x."""
        if self._array is None or self._is_on(x.device):
            return self._tensor
        tensor = self._converted()
        if not onednn.is_transformed():  # what is made within a graph ends with it
            self._tensor = tensor
        return tensor

    def _converted(self):
        if self._array is None:
            return None
        with torch.inference_mode(False):  # what it makes cannot be kept for a gradient
            return ops.convert_to_tensor(self._array)

    def _is_on(self, device) -> bool:
        """Whether it is there, with numbers: while one exports a model it has none."""
        return type(self._tensor) is torch.Tensor and self._tensor.device == device


def dense(x, kernel, bias=None):
    """The definition, with the bias added by the product's own kernel."""
    rows = x.reshape(-1, x.shape[-1])  # (..., C) -> (R, C)
    product = torch.mm(rows, kernel) if bias is None else bias.addmm(rows, kernel)
    return product.reshape(*x.shape[:-1], kernel.shape[1])


def layer_normalization(x, gamma, beta, epsilon):
    """PyTorch's one kernel; a GPU's wants x in the type of the weights."""
    wide = x if _on_a_cpu(x, None) else x.to(gamma.dtype)
    return functional.layer_norm(wide, gamma.shape, gamma, beta, epsilon).to(x.dtype)


def mlp(x, *weights):
    """The definition, which keeps the hidden layer once for its gradient.

    PyTorch keeps it for GELU's gradient, and GELU's result for the kernel's. Here the
    latter is computed again.
    """
    return _MLP.apply(x, *weights)


class _MLP(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, hidden_kernel, hidden_bias, output_kernel, output_bias):
        rows = x.reshape(-1, x.shape[-1])
        hidden = onednn.product(rows, hidden_kernel, hidden_bias)
        ctx.save_for_backward(x, hidden_kernel, hidden_bias, output_kernel, hidden)
        result = onednn.product(functional.gelu(hidden), output_kernel, output_bias)
        return result.reshape(x.shape)

    @staticmethod
    def backward(ctx, gradient):
        x, hidden_kernel, hidden_bias, output_kernel, hidden = ctx.saved_tensors
        rows = x.reshape(-1, x.shape[-1])
        multiply = onednn.product
        if torch.is_grad_enabled():  # the gradient is to have one: it needs the graph
            multiply = dense
            hidden = dense(rows, hidden_kernel, hidden_bias)
        gradient = gradient.reshape(-1, gradient.shape[-1])
        for_x, *for_hidden, for_kernel, for_bias = ctx.needs_input_grad
        of_kernel = of_bias = of_x = None
        of_hidden = [None, None]
        if for_kernel:
            of_kernel = onednn.columns_times_rows(functional.gelu(hidden), gradient)
        if for_bias:
            of_bias = gradient.sum(dim=0)
        if for_x or any(for_hidden):
            upstream = multiply(gradient, output_kernel.t())
            upstream = torch.ops.aten.gelu_backward(upstream, hidden)
            if for_hidden[0]:
                of_hidden[0] = onednn.columns_times_rows(rows, upstream)
            if for_hidden[1]:
                of_hidden[1] = upstream.sum(dim=0)
            if for_x:
                of_x = multiply(upstream, hidden_kernel.t()).reshape(x.shape)
        return of_x, *of_hidden, of_kernel, of_bias


def attention(query, key, value, bias=None):
    """PyTorch's kernel on a CPU, with tokens where they lie.

    Keras copies query, key and value into another order first. A bias that learns is
    for the definition: the kernel cannot learn one.
    """
    if bias is not None:
        if torch.is_grad_enabled() and query.dtype == torch.float32:
            return definitions.attention(query, key, value, bias)
        bias = bias.to(query.dtype)
        if bias.shape[0] not in (1, query.shape[0]):  # a bias for each window
            bias = bias.repeat(query.shape[0] // bias.shape[0], 1, 1, 1)
    return _attend(query, key, value, bias)


def fused(query, key, value, bias=None):
    """The fused kernels of a GPU, which write no scores."""
    bias = None if bias is None else bias.to(query.dtype)
    return windows_as_heads(_attend, query, key, value, bias)


def _attend(query, key, value, bias):
    query, key, value = (x.transpose(1, 2) for x in (query, key, value))
    attended = functional.scaled_dot_product_attention(
        query, key, value, attn_mask=bias
    )
    return attended.transpose(1, 2)  # (B, H, N, d) -> (B, N, H, d)


def recomputed(function):
    """Not stopped, by an exception, where PyTorch has all that it needs.

    Keras's layers put a reference to themselves around an exception that passes them: a
    reference cycle, which keeps all that was recomputed until Python collects it.
    """
    remat = keras.remat(function)

    def call(*arguments):
        with torch.utils.checkpoint.set_checkpoint_early_stop(False):
            return remat(*arguments)

    return call


def roll(x, shift):
    """The backend's own, whose gradient is a roll again; that of slices is a sum."""
    return ops.roll(x, shift, axis=(1, 2))


def _always(x, training) -> bool:
    return True


def _on_a_cpu(x, training) -> bool:
    return x.device.type == "cpu"


def _learns(x, training) -> bool:
    return torch.is_grad_enabled() and not onednn.is_transformed()


def _on_one_device(row: Override) -> Override:
    """The row for all but DTensors, whose parts lie on several devices (Keras 3.16)."""

    def applies(x, training=None):
        return not hasattr(x, "placements") and row.applies(x, training)

    return row._replace(applies=applies)


ZEN4 = "one Zen 4 core, forward and backward"
_ROWS = (
    Override(
        "dense",
        onednn.dense,
        onednn.is_faster_for,
        "time 1.04, forward alone 1.11: 1576 x 384 by 384 x 1536, one Zen 4 core; 2 on "
        "Zen 5",
    ),
    Override("dense", dense, _always, "time 1.02, forward alone 1.07: as above"),
    Override("gelu", functional.gelu, _always, f"time 4.8: 1576 x 1536, {ZEN4}"),
    Override(
        "layer_normalization",
        layer_normalization,
        _always,
        f"time 5.6: 1576 x 1536, {ZEN4}",
    ),
    Override("mlp", mlp, _learns, f"keeps R x U numbers for 2 R x U, time 1.0: {ZEN4}"),
    Override("attention", attention, _on_a_cpu, f"time 1.2: 4 x 197 tokens, {ZEN4}"),
    Override(
        "attention",
        fused,
        _always,
        "time 1.1, in bfloat16 3.8: 64 x 197 tokens, 12 heads; 0.8 and 1.1 for 4096 "
        "windows of 49 whose bias learns; one H100, forward and backward",
    ),
    Override("roll", roll, _always, f"time 1.2: 8 x 28 x 28 x 192, {ZEN4}"),
    Override(
        "recomputed",
        recomputed,
        _always,
        "memory 1.5: ViT-B/16 with 32 images in a RematScope, two Xeon cores",
    ),
)
OVERRIDES = tuple(map(_on_one_device, _ROWS))
