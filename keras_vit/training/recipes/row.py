"""A published training as one row, and what it makes for `compile` and `fit`."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import keras

from keras_vit.training.recipes.datasets import augmentation, dataset
from keras_vit.training.recipes.losses import compiled
from keras_vit.training.recipes.optimizers import optimizer, peak, schedule


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recipe:
    """The numbers of a published training, and what `compile` and `fit` need of them.

    None is what the source, as read, does not say. `dataclasses.replace` changes
    numbers: `dataclasses.replace(recipe("mae_finetune_b"), epochs=20)`.

    Args:
        name: what `recipe` finds it by.
        paper: address of the paper.
        source: where in paper or code the numbers stand.
        base_batch: images of the batch that `learning_rate` is for.
        learning_rate: the peak, or None where the paper searches a grid.
        learning_rate_grid: what the paper tried or took.
        scales: whether the rate is multiplied by batch size / `base_batch`.
        floor_scales: whether that goes for `warmup_start` and `floor`, too.
        optimizer_name: "adamw", "sgd" or "lamb".
        beta_2: of AdamW.
        schedule_name: "cosine" or "linear", to `floor`, or "multistep".
        drop_epochs: of "multistep": where the rate falls to a tenth.
        warmup_in_cosine: as `WarmupCosine` takes it.
        epochs: of `fit`, the warm-up among them.
        steps: in all, where the paper counts them and no epochs.
        warmup_epochs: of the rise.
        warmup_steps: the same where the paper counts steps.
        warmup_start: the first rate of the rise.
        floor: the last rate.
        weight_decay: as `AdamW` takes it, times the learning rate.
        drop_path: one rate, or {variant: rate}.
        dropout: rate.
        global_clipnorm: the highest norm of all gradients; 0.0 is no clipping.
        loss: "softmax", "sigmoid" (mean over classes), "summed_sigmoid", or "masked",
            which is the model's own.
        label_smoothing: of the softmax.
        rand_augment: (operations, magnitude, deviation), the last may be missing.
        mixup: alpha.
        cutmix: alpha.
        erasing: probability.
        crop_area: of a random crop.
        image_size: pixels of a side.
        layer_decay: of the learning rate, by BEiT's groups.
        ema: momentum of the averages of the weights.
        arguments: further ones of the model.
        expected: the published result.
        notes: what a reader should know.
        not_here: what of it is not done by this package, or otherwise, in words.

    Example:

    ```python
    import keras_vit

    row = keras_vit.training.recipe("swin_1k")
    model = keras_vit.SwinT(
        input_shape=(32, 32, 3), classes=10, **row.model_arguments("SwinT")
    )
    row.compile(model, batch_size=64, steps_per_epoch=28)
    train = row.dataset("digits", image_size=32, batch_size=64)
    print(row.not_here)
    # model.fit(train, epochs=row.epochs)
    ```
    """

    name: str
    paper: str
    source: str
    base_batch: int
    learning_rate: float | None
    learning_rate_grid: tuple[float, ...] = ()
    scales: bool = False
    floor_scales: bool = False
    optimizer_name: str = "adamw"
    beta_2: float = 0.999
    schedule_name: str = "cosine"
    drop_epochs: tuple[int, ...] = ()
    warmup_in_cosine: bool = False
    epochs: int | None = None
    steps: int | None = None
    warmup_epochs: int | None = None
    warmup_steps: int | None = None
    warmup_start: float | None = None
    floor: float | None = None
    weight_decay: float | None = None
    drop_path: float | Mapping[str, float] | None = None
    dropout: float | None = None
    global_clipnorm: float | None = None
    loss: str = "softmax"
    label_smoothing: float | None = None
    rand_augment: tuple[int, float] | tuple[int, float, float] | None = None
    mixup: float | None = None
    cutmix: float | None = None
    erasing: float | None = None
    crop_area: tuple[float, float] | None = None
    image_size: int | None = None
    layer_decay: float | None = None
    ema: float | None = None
    arguments: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    expected: str | None = None
    notes: tuple[str, ...] = ()
    not_here: tuple[str, ...] = ()

    @property
    def cost(self) -> str:
        """How long it is, in epochs or steps; `notes` have hours where sources do."""
        if self.steps is not None:
            return f"{self.steps} steps of {self.base_batch} images"
        return "not stated" if self.epochs is None else f"{self.epochs} epochs"

    def model_arguments(self, variant: str | None = None) -> dict[str, Any]:
        """What the model has to be built with: `ViTB16(**...)`.

        Args:
            variant: as in "SwinT", where `drop_path` differs by it.

        Returns:
            {argument: value}, of what the row says.

        Raises:
            ValueError: if the row has no such variant.
        """
        rate = self.drop_path
        if isinstance(rate, Mapping):
            if variant is None or variant not in rate:
                raise ValueError(
                    f"`variant` should be one of {sorted(rate)}, whose drop path "
                    f"'{self.name}' tells. Received: variant={variant!r}"
                )
            rate = rate[variant]
        found: dict[str, Any] = {"drop_path_rate": rate, "dropout_rate": self.dropout}
        if "sigmoid" in self.loss:
            found["classifier_activation"] = "sigmoid"
        given = {name: value for name, value in found.items() if value is not None}
        return {**given, **self.arguments}

    def peak(self, batch_size: int) -> float:
        """The highest learning rate at a batch size."""
        return peak(self, batch_size)

    def schedule(
        self, batch_size: int, steps_per_epoch: int
    ) -> keras.optimizers.schedules.LearningRateSchedule:
        """The learning rate by step: a cosine, a straight line, or steps.

        Args:
            batch_size: int, images of an optimizer step.
            steps_per_epoch: int, optimizer steps of an epoch.

        Raises:
            ValueError: if the row leaves rate or length to the user, or its warm-up
                is longer than the training; each says how to fill it in.
        """
        return schedule(self, batch_size, steps_per_epoch)

    def optimizer(
        self, model: keras.Model, batch_size: int, steps_per_epoch: int
    ) -> keras.optimizers.Optimizer:
        """The optimizer of the row, for a model; arguments as of `schedule`."""
        return optimizer(self, model, batch_size, steps_per_epoch)

    def compile(
        self,
        model: keras.Model,
        *,
        batch_size: int,
        steps_per_epoch: int,
        **options,
    ) -> None:
        """Compile a model with the row's optimizer and loss, and accuracy.

        Labels are one-hot, as `dataset` gives them.

        Args:
            model: of `classes`, or for a pretraining a model such as
                `MaskedAutoencoder`.
            batch_size: int, images of an optimizer step.
            steps_per_epoch: int, optimizer steps of an epoch.
            **options: of `model.compile`, in place of the row's or beside it.

        Raises:
            ValueError: as `schedule`, or if the head's activation does not fit.
        """
        made = self.optimizer(model, batch_size, steps_per_epoch)
        model.compile(made, **{**compiled(self, model), **options})

    def augmentation(self) -> Any:
        """The row's `keras_vit.data.Augmentation`, as far as there is such."""
        return augmentation(self)

    def dataset(
        self,
        source: Any,
        *,
        batch_size: int,
        image_size: int | tuple[int, int] | None = None,
        training: bool = True,
        **options,
    ) -> Any:
        """Batches with the row's augmentation and one-hot labels.

        Args:
            source: as `keras_vit.data.image_batches` takes it.
            batch_size: int, images of a batch.
            image_size: pixels of the sides, None for the row's.
            training: bool; False shuffles and augments nothing.
            **options: of `image_batches`, in place of the row's or beside it, such as
                `split`, `mean`, `std`, `num_classes` and `resize`.

        Raises:
            ValueError: if neither the row nor the caller has a size of images.
        """
        given = {"batch_size": batch_size, "training": training, **options}
        return dataset(self, source, image_size, given)
