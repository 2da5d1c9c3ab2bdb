"""What a training takes, before it is begun: memory, traffic and hours."""

from typing import Any

import keras

from keras_vit.arguments import flag
from keras_vit.deployment.layer_costs import costs
from keras_vit.deployment.optimizer_state import (
    bytes_of_a_weight,
    chosen,
    waits_for_all,
)
from keras_vit.deployment.training_estimate import TrainingEstimate
from keras_vit.deployment.training_plan import (
    checked_blocks,
    hours_of,
    images_of_a_device,
    seconds_a_step,
    steps_of,
)
from keras_vit.deployment.training_step import exchanged, flops, memory, ring
from keras_vit.deployment.weight_bytes import bytes_by_variable, bytes_of_a_number
from keras_vit.layers.stock import is_recomputed


def estimate(
    model: keras.Model,
    *,
    batch_size: int,
    devices: int = 1,
    model_shares: int = 1,
    recompute: bool | None = None,
    optimizer: Any = None,
    plain: bool | None = None,
    examples: int | None = None,
    epochs: float | None = None,
    flops_per_second: float | None = None,
    utilization: float = 1.0,
    link_bytes_per_second: float | None = None,
) -> TrainingEstimate:
    """Estimate memory, traffic and hours of a training, from the model's shapes.

    Nothing is run. What is counted is what XLA's program of a step keeps with the JAX
    backend; docs/scaling.md holds it against XLA's own analysis. TensorFlow and PyTorch
    keep more, all gradients among it. Dropout's masks, the bias of
    `position_embedding="relative"` and what libraries take for themselves are not
    counted.

    Args:
        model: a ViT or Swin of this package, or a functional model around one, of a
            known image size. Its dtype policy and what of it is frozen count.
        batch_size: int, images of a step, on all devices together.
        devices: int, how many there are. `model_shares` of them share one copy of the
            model, and the batch is shared among the copies.
        model_shares: int, by how many `layout_map` splits the blocks' weights.
        recompute: bool, whether blocks are recomputed for their gradients, as in a
            `keras.RematScope(mode="full")`; None if the model tells.
        optimizer: a Keras optimizer or its name; None for that which the model was
            compiled with, or else `keras_vit.training.AdamW`.
        plain: bool, whether blocks keep what the definitions of norm, MLP and
            attention keep, and not the less that the package's functions for one CPU
            do. None, as it is on CPUs: True on several devices and in mixed precision.
            On a GPU less is kept: .6 to .9 by XLA, .45 to .7 by PyTorch.
        examples: int, images of an epoch.
        epochs: number of them.
        flops_per_second: what a device can do, FLOP/s, in the model's type.
        utilization: what part of it is done, above 0 and up to 1.
        link_bytes_per_second: bytes that a device can send in a second, while it
            calculates nothing; None if sending takes no time.

    Returns:
        A `TrainingEstimate`; `print` shows it.

    Raises:
        ValueError: if an argument is not as described, the batch or the blocks cannot
            be shared evenly, or the model has other layers or no known size.

    Example:

    ```python
    import keras_vit

    model = keras_vit.ViTTi16(input_shape=(64, 64, 3), classes=10)
    plan = keras_vit.deployment.estimate(
        model,
        batch_size=256,
        devices=4,
        examples=50_000,
        epochs=10,
        flops_per_second=1e13,
    )
    print(plan)
    assert plan.parameters == model.count_params()
    ```
    """
    images = images_of_a_device(batch_size, devices, model_shares)
    blocks = checked_blocks(model, model_shares)
    if plain is None:
        plain = devices > 1 or any(_is_mixed(block) for block in blocks)
    layers = costs(model, flag(plain, "plain"), model_shares)
    made_in_a_scope = any(is_recomputed(block) for block in blocks)
    recompute = None if recompute is None else flag(recompute, "recompute")
    optimizer = chosen(model, optimizer)
    waits = devices > model_shares or waits_for_all(optimizer)
    weights, gradients, state = _of_weights(model, optimizer, model_shares)
    images_flops = images * flops(layers, recompute)
    added_up = gradients + sum(layer.spread_gradients for layer in layers)
    sent = ring(added_up, devices // model_shares)
    sent_within = ring(images * exchanged(layers, recompute), model_shares)
    seconds = seconds_a_step(
        images_flops,
        flops_per_second,
        utilization,
        sent + sent_within,
        link_bytes_per_second,
    )
    steps = steps_of(examples, epochs, batch_size)
    bare = [layer._replace(gradients=0) for layer in layers]
    return TrainingEstimate(
        name=model.name,
        dtype=blocks[0].dtype_policy.name,
        batch_size=batch_size,
        devices=devices,
        model_shares=model_shares,
        recompute=made_in_a_scope if recompute is None else recompute,
        plain=bool(plain),
        parameters=model.count_params(),
        weight_bytes=weights,
        gradient_bytes=gradients if waits else max(layer.gradients for layer in layers),
        optimizer_bytes=state,
        activation_bytes=memory(bare, images, recompute),
        activation_bytes_kept=memory(bare, images, False),
        activation_bytes_recomputed=memory(bare, images, True),
        memory_bytes=weights + state + memory(layers, images, recompute, waits),
        flops_a_step=images_flops * devices,
        gradient_bytes_sent=sent,
        activation_bytes_sent=sent_within,
        steps=steps,
        seconds_a_step=seconds,
        hours=hours_of(steps, seconds),
    )


def _is_mixed(block) -> bool:
    return block.variable_dtype != block.compute_dtype


def _of_weights(model, optimizer, shares) -> tuple[float, float, float]:
    """Bytes of weights, of all gradients and of the optimizer's state."""
    trained = {id(v) for v in model.trainable_variables}
    weights = gradients = state = 0.0
    of_a_weight: dict[str, float] = {}
    for variable, size in bytes_by_variable(model, shares):
        weights += size
        if id(variable) in trained:
            dtype = variable.dtype
            if dtype not in of_a_weight:
                of_a_weight[dtype] = bytes_of_a_weight(optimizer, dtype)
            gradients += size
            state += size / bytes_of_a_number(dtype) * of_a_weight[dtype]
    return weights, gradients, state
