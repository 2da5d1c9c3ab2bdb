"""The optimizer and the learning rates of a recipe."""

from typing import TYPE_CHECKING, Any

import keras

from keras_vit.arguments import integer
from keras_vit.training.adamw import NOT_DECAYED, AdamW
from keras_vit.training.layer_decay import learning_rate_scales
from keras_vit.training.warmup_cosine import WarmupCosine
from keras_vit.training.warmup_multistep import WarmupMultistep
from keras_vit.training.warmup_stable_decay import WarmupStableDecay

if TYPE_CHECKING:
    from keras_vit.training.recipes.row import Recipe


def peak(row: "Recipe", batch_size: int) -> float:
    """The highest learning rate at a batch size."""
    batch_size = integer(batch_size, "batch_size")
    if row.learning_rate is None:
        raise ValueError(
            f"The paper of '{row.name}' searches a learning rate among "
            f"{row.learning_rate_grid}. Choose one: dataclasses.replace(recipe("
            f"{row.name!r}), learning_rate={row.learning_rate_grid[0]})"
        )
    return row.learning_rate * _factor(row.scales, row, batch_size)


def schedule(
    row: "Recipe", batch_size: int, steps_per_epoch: int
) -> keras.optimizers.schedules.LearningRateSchedule:
    """The learning rate by optimizer step."""
    highest = peak(row, batch_size)
    steps_per_epoch = integer(steps_per_epoch, "steps_per_epoch")
    total = _total(row, steps_per_epoch)
    warmup = _warmup(row, steps_per_epoch, total)
    factor = _factor(row.floor_scales, row, batch_size)
    # A floor that stays as it is may lie above the peak of a small batch.
    start, minimum = (
        min(highest, factor * (rate or 0.0)) for rate in (row.warmup_start, row.floor)
    )
    common: dict[str, Any] = {"warmup_steps": warmup, "start": start}
    if row.schedule_name == "linear":
        return WarmupStableDecay(
            highest, total, decay_steps=total - warmup, minimum=minimum, **common
        )
    if row.schedule_name == "multistep":
        drops = [epoch * steps_per_epoch for epoch in row.drop_epochs]
        return WarmupMultistep(highest, total, drops, **common)
    return WarmupCosine(
        highest,
        total,
        minimum=minimum,
        warmup_in_cosine=row.warmup_in_cosine,
        **common,
    )


def optimizer(
    row: "Recipe", model: keras.Model, batch_size: int, steps_per_epoch: int
) -> keras.optimizers.Optimizer:
    """AdamW, SGD with momentum or LAMB, with the row's learning rates."""
    rate = schedule(row, batch_size, steps_per_epoch)
    clip: dict[str, Any] = {"global_clipnorm": row.global_clipnorm or None}
    decay = row.weight_decay or 0.0
    if row.optimizer_name == "sgd":
        return keras.optimizers.SGD(rate, momentum=0.9, **clip)
    if row.optimizer_name == "lamb":
        lamb = keras.optimizers.Lamb(rate, weight_decay=decay, **clip)
        lamb.exclude_from_weight_decay(var_names=NOT_DECAYED)
        return lamb
    scales = None
    if row.layer_decay is not None:
        scales = learning_rate_scales(model, row.layer_decay, convention="beit")
    return AdamW(rate, decay, scales, beta_2=row.beta_2, **clip)


def _factor(scales: bool, row: "Recipe", batch_size: int) -> float:
    return batch_size / row.base_batch if scales else 1.0


def _total(row: "Recipe", steps_per_epoch: int) -> int:
    if row.steps is not None:
        return row.steps
    if row.epochs is None:
        raise ValueError(
            f"'{row.name}' does not say how many epochs. Choose: dataclasses.replace("
            f"recipe({row.name!r}), epochs=...)"
        )
    return row.epochs * steps_per_epoch


def _warmup(row: "Recipe", steps_per_epoch: int, total: int) -> int:
    warmup = row.warmup_steps
    if warmup is None:
        warmup = (row.warmup_epochs or 0) * steps_per_epoch
    if warmup >= total:
        raise ValueError(
            f"'{row.name}' warms up for {warmup} steps, and this training has {total}: "
            f"{row.epochs} epochs of {steps_per_epoch} steps. Shorten the warm-up: "
            f"dataclasses.replace(recipe({row.name!r}), warmup_steps={total // 10})"
        )
    return warmup
