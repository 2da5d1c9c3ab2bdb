"""The arguments of a plan: checked, and what follows from them alone."""

import math
from typing import Any

import keras

from keras_vit.arguments import integer, number
from keras_vit.layers.block import PreNormBlock
from keras_vit.layers.freezing import inner_layers


def images_of_a_device(batch_size: int, devices: int, model_shares: int) -> int:
    """Read the three, which have to divide."""
    for name, value in (
        ("batch_size", batch_size),
        ("devices", devices),
        ("model_shares", model_shares),
    ):
        integer(value, name)
    if devices % model_shares:
        raise ValueError(
            "`model_shares` devices share a copy of the model and should divide "
            f"`devices`. Received: devices={devices}, model_shares={model_shares}"
        )
    copies = devices // model_shares
    if batch_size % copies:
        raise ValueError(
            f"`batch_size` should be shared evenly by {copies} copies of the model "
            f"(devices / model_shares). Received: batch_size={batch_size}"
        )
    return batch_size // copies


def checked_blocks(model: Any, shares: int) -> list[PreNormBlock]:
    """Find the blocks of a model, each of which can be split."""
    layers = inner_layers(model) if isinstance(model, keras.Model) else ()
    blocks = [layer for _, layer, _ in layers if isinstance(layer, PreNormBlock)]
    if not blocks or not getattr(model, "inputs", None):
        raise ValueError(
            "`model` should be a ViT or Swin of this package, or a functional model or "
            f"built Sequential around one. Received: model={model!r}"
        )
    for block in blocks:
        if block.num_heads % shares or block.mlp_dim % shares:
            raise ValueError(
                f"`model_shares` should divide heads and `mlp_dim` of each block, as "
                f"`layout_map` does. Received: model_shares={shares}, and "
                f"'{block.name}' has {block.num_heads} heads and "
                f"mlp_dim={block.mlp_dim}."
            )
    return blocks


def seconds_a_step(
    flops: float, rate: Any, utilization: Any, sent: float, link: Any
) -> float | None:
    """Sending and calculating one after the other."""
    if not 0 < number(utilization, "utilization") <= 1:
        raise ValueError(
            "`utilization` is the part of `flops_per_second` that is done and should "
            f"be above 0 and up to 1. Received: utilization={utilization!r}"
        )
    rates = {"flops_per_second": rate, "link_bytes_per_second": link}
    for name, value in rates.items():
        if value is not None and number(value, name) <= 0:
            raise ValueError(f"`{name}` should be above 0. Received: {name}={value!r}")
    if rate is None:
        return None
    return flops / (rate * utilization) + (sent / link if link else 0.0)


def steps_of(examples: Any, epochs: Any, batch_size: int) -> int | None:
    """Count the steps of all epochs, the last one of each with what is left."""
    if examples is None or epochs is None:
        return None
    if number(epochs, "epochs") <= 0:
        raise ValueError(f"`epochs` should be above 0. Received: epochs={epochs!r}")
    return math.ceil(epochs * math.ceil(integer(examples, "examples") / batch_size))


def hours_of(steps: int | None, seconds: float | None) -> float | None:
    """Of the whole training, if both are known."""
    return None if steps is None or seconds is None else steps * seconds / 3600
