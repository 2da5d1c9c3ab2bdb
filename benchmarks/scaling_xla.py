"""What XLA says of a compiled training step, and what `estimate` says of it.

A process of its own for each case: JAX asks for the number of devices once. Nothing is
run; memory is XLA's buffer assignment for a CPU.
"""

import contextlib
import os
import re

FOR_ONE_CPU = ("layer_normalization", "mlp", "attention", "recomputed")
BYTES = {"f32": 4, "bf16": 2, "s32": 4}


def compare(
    model: str,
    batch: int,
    *,
    recompute: bool = False,
    layout: str = "one",
    devices: int = 1,
    plain: bool = False,
    arguments: dict | None = None,
) -> dict:
    """Compile a step of a model and hold the estimate against it.

    Args:
        model: name in `keras_vit`.
        batch: int, images of a step.
        recompute: bool, whether it is built in a `keras.RematScope`.
        layout: "one" for one device, "data" or "model" for `devices` of them.
        devices: int.
        plain: bool, whether the functions for one CPU are switched off.
        arguments: further ones of the model.

    Returns:
        {"memory": (estimated, XLA's), "state": ..., "flops": ..., "sent": ...}; bytes
        of a device.
    """
    if devices > 1:
        count = f"--xla_force_host_platform_device_count={devices}"
        os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {count}"
    import keras

    import keras_vit

    def build():
        with keras.RematScope(mode="full" if recompute else None):
            return getattr(keras_vit, model)(
                classifier_activation=None, **(arguments or {})
            )

    if layout != "one":
        keras.distribution.set_distribution(_distribution(layout, build))
    built = build()
    with (
        keras_vit.operations.plain(*FOR_ONE_CPU) if plain else contextlib.nullcontext()
    ):
        compiled, state = compile_step(built, batch)
    estimated = keras_vit.deployment.estimate(
        built,
        batch_size=batch,
        devices=devices,
        model_shares=devices if layout == "model" else 1,
        plain=True if plain else None,
    )
    return pairs(compiled, state, estimated)


def _distribution(layout, build):
    import keras

    from keras_vit.deployment import layout_map

    if layout == "data":
        return keras.distribution.DataParallel(auto_shard_dataset=False)
    devices = keras.distribution.list_devices()
    mesh = keras.distribution.DeviceMesh((1, len(devices)), ("batch", "model"), devices)
    return keras.distribution.ModelParallel(
        layout_map=layout_map(build(), mesh), batch_dim_name="batch"
    )


def compile_step(model, batch: int):
    """XLA's program of a step of `fit`, and the bytes of its state on a device."""
    import jax
    import keras

    import keras_vit

    model.compile(
        keras_vit.training.AdamW(1e-3),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.optimizer.build(model.trainable_variables)
    data = [
        jax.numpy.zeros((batch, *model.input_shape[1:]), "float32"),
        jax.numpy.zeros((batch,), "int32"),
    ]
    distribution = keras.distribution.distribution()
    if distribution is not None:
        layout = distribution.get_data_layout
        data = [keras.distribution.distribute_tensor(x, layout(x.shape)) for x in data]
    groups = (
        model.trainable_variables,
        model.non_trainable_variables,
        model.optimizer.variables,
        model.metrics_variables,
    )
    state = tuple([variable.value for variable in group] for group in groups)
    step = jax.jit(model.train_step, donate_argnums=0)
    compiled = step.lower(state, tuple(data)).compile()
    batches = sum(x.addressable_shards[0].data.nbytes for x in data)
    return compiled, compiled.memory_analysis().argument_size_in_bytes - batches


def pairs(compiled, held, estimated) -> dict[str, tuple[float, float]]:
    """What is estimated, and what XLA says."""
    analysis = compiled.cost_analysis()
    if isinstance(analysis, list):  # older versions of JAX
        analysis = analysis[0]
    state = estimated.weight_bytes + estimated.optimizer_bytes
    reduced = 2 * (estimated.devices - 1) / estimated.devices * all_reduced(compiled)
    return {
        "memory": (
            estimated.memory_bytes - state,
            compiled.memory_analysis().temp_size_in_bytes,
        ),
        "state": (state, held),
        "flops": (estimated.flops_a_step / estimated.devices, analysis["flops"]),
        "sent": (estimated.bytes_sent, reduced),
    }


def all_reduced(compiled) -> int:
    """Bytes that a program's all-reduces add up."""
    found = re.findall(r" = (.*?) all-reduce(?:-start)?\(", compiled.as_text())
    return sum(
        BYTES[dtype] * _product(sides)
        for shapes in found
        for dtype, sides in re.findall(r"(\w+)\[([\d,]*)\]", shapes)
    )


def _product(sides: str) -> int:
    total = 1
    for side in filter(None, sides.split(",")):
        total *= int(side)
    return total
