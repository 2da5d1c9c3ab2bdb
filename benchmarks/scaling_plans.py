"""Two large trainings, planned by `keras_vit.deployment.estimate`."""

from typing import Any, NamedTuple

# What is assumed of a device. The first two are an NVIDIA H100 SXM's data sheet (80 GB,
# dense bfloat16), the third a network card of 400 Gbit/s a device; the utilization is a
# guess, and nothing here is measured.
DEVICE_GB = 80
FLOPS_PER_SECOND = 989e12
LINK_BYTES_PER_SECOND = 50e9
UTILIZATION = 0.35


class Training(NamedTuple):
    """What is trained, and on what devices: (devices, model_shares, recompute)."""

    title: str
    model: str
    classes: int
    recipe: str
    examples: int
    plans: tuple[tuple[int, int, bool], ...]
    note: str = ""


TRAININGS = (
    Training(
        "ViT-B/16 on ImageNet-1k",
        "ViTB16",
        1000,
        "vit_i1k",
        1_281_167,
        ((8, 1, False), (8, 1, True), (16, 1, False), (64, 1, False)),
    ),
    Training(
        "ViT-H/14 on ImageNet-21k",
        "ViTH14",
        21_843,
        "vit_i21k_l_90ep",
        14_197_122,
        ((32, 1, True), (64, 1, False), (64, 1, True), (64, 2, False), (256, 1, False)),
        " The recipe is that of ViT-L/16, as the paper has none for ViT-H/14 on it.",
    ),
)


def section(training: Training) -> list[str]:
    """Lines of the page: what is trained, and a row for each plan."""
    import keras_vit

    row = keras_vit.training.recipe(training.recipe)
    model = getattr(keras_vit, training.model)(
        classes=training.classes, dtype="mixed_bfloat16"
    )
    options: dict[str, Any] = {
        "batch_size": row.base_batch,
        "optimizer": keras_vit.training.AdamW(
            global_clipnorm=row.global_clipnorm or None
        ),
        "examples": training.examples,
        "epochs": row.epochs,
        "flops_per_second": FLOPS_PER_SECOND,
        "utilization": UTILIZATION,
        "link_bytes_per_second": LINK_BYTES_PER_SECOND,
    }
    plans = [
        keras_vit.deployment.estimate(
            model, devices=devices, model_shares=shares, recompute=recompute, **options
        )
        for devices, shares, recompute in training.plans
    ]
    first = plans[0]
    return [
        f"### {training.title}",
        "",
        f"{first.parameters / 1e6:.1f} million parameters, {training.classes:,} "
        f"classes, 224 pixels, `mixed_bfloat16`. Batch, epochs and optimizer are "
        f"`keras_vit.training.recipe({training.recipe!r})`'s: {row.base_batch} images, "
        f"{row.epochs} epochs of {training.examples:,}, {first.steps:,} steps, AdamW."
        f"{training.note}",
        "",
        "| devices | to a model | images a copy | blocks | weights | gradients "
        "| optimizer | activations | in all | sends a step | seconds a step | hours |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
        *(_row(plan) for plan in plans),
        "",
    ]


def _row(plan) -> str:
    parts = (
        plan.weight_bytes,
        plan.gradient_bytes,
        plan.optimizer_bytes,
        plan.activation_bytes,
        plan.memory_bytes,
        plan.bytes_sent,
    )
    fits = "" if plan.memory_bytes < DEVICE_GB * 1e9 else ", too much"
    sizes = [f"{size / 1e9:.2f} GB" for size in parts]
    sizes[4] += fits
    cells = [
        str(plan.devices),
        str(plan.model_shares),
        str(plan.batch_size * plan.model_shares // plan.devices),
        "recomputed" if plan.recompute else "kept",
        *sizes,
        f"{plan.seconds_a_step:.3f}",
        f"{plan.hours:.1f}",
    ]
    return f"| {' | '.join(cells)} |"
