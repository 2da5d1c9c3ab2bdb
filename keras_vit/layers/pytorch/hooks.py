"""Hooks on PyTorch's modules, which Keras's layers are."""

from torch.nn.modules import module as modules  # noqa: TID253

HOOKS = tuple(
    f"_{direction}{kind}hooks"
    for direction in ("forward_", "backward_")
    for kind in ("", "pre_")
)


def has_hooks(layer) -> bool:
    """Whether a call of the layer runs a hook: its own, or one of all modules."""
    return any(getattr(layer, name) for name in HOOKS) or any(
        getattr(modules, f"_global{name}") for name in HOOKS
    )
