"""A training step summed up over the layers of a model: FLOPs, memory, traffic."""

from collections.abc import Iterator, Sequence

from keras_vit.deployment.layer_costs import Cost

FORWARD = 2  # attention's sum and the MLP's
BACKWARD = 4  # gradients by query, by key and by value, and the MLP's input's


def flops(layers: Sequence[Cost], recompute: bool | None) -> float:
    """Of one image on one device: the products, which are nearly all.

    Backward there are two for each forward: by the weights, if they are trained, and by
    the input, if there is something to train before it.
    """
    total = 0.0
    for layer, reached in _reached(layers):
        gradients = reached + layer.trained
        total += layer.products * (1 + gradients)
        total += layer.pairs * (3 if gradients else 1)
        if gradients and _is_recomputed(layer, recompute):
            total += layer.products - layer.last + layer.pairs
    return total


def _reached(layers) -> Iterator[tuple[Cost, bool]]:
    """Each layer, and whether the gradient goes on to what is before it."""
    reached = False
    for layer in layers:
        yield layer, reached
        reached = reached or layer.trained


def _is_recomputed(layer: Cost, recompute: bool | None) -> bool:
    if recompute is None:
        return layer.scope and layer.recomputed
    return recompute and layer.recomputed


def memory(
    layers: Sequence[Cost], images: int, recompute: bool | None, waits: bool = False
) -> float:
    """Bytes of one device at the fullest moment, besides weights and optimizer.

    The backward pass goes through the layers from the last to the first. What is kept
    of those behind it is gone, and their gradients are there, if the optimizer waits
    for all of them; if not, there are those of one layer.
    """
    kept = [0.0]  # by the layers up to each, before the backward pass
    sizes = []  # of each layer's own part while it is passed
    for layer, reached in _reached(layers):
        needed = reached or layer.trained
        recomputed = _is_recomputed(layer, recompute)
        held = layer.entry + layer.spread if recomputed else layer.kept
        kept.append(kept[-1] + held * needed)
        extra = max(0.0, layer.kept + recomputed * layer.spread - held)
        sizes.append((extra + layer.working) * needed)
    most, gradients = 0.0, 0.0
    for place in range(len(layers) - 1, -1, -1):
        gradients = gradients * waits + layers[place].gradients
        most = max(most, images * (kept[place + 1] + sizes[place]) + gradients)
    return most


def exchanged(layers: Sequence[Cost], recompute: bool | None) -> float:
    """Bytes of one image that the devices of one model add up in a step."""
    return sum(
        layer.exchanged * (FORWARD + BACKWARD + _is_recomputed(layer, recompute))
        for layer in layers
    )


def ring(size: float, devices: int) -> float:
    """Bytes that each device sends so that all have a tensor's sum.

    Twice round the ring (https://arxiv.org/abs/1802.05799): 2 (n - 1) / n of it.
    """
    return 2 * (devices - 1) / devices * size
