"""From a pretrained model and a folder of pictures to the best that the data allow.

First the new head alone, then all (https://arxiv.org/abs/2202.10054); early blocks move
less (https://arxiv.org/abs/2106.08254).
"""

import warnings
from collections.abc import Sequence
from typing import Any

import keras

from keras_vit.arguments import integer, number
from keras_vit.training.adamw import AdamW
from keras_vit.training.finetune_data import as_fit_takes, count_steps
from keras_vit.training.finetune_loss import likely_loss
from keras_vit.training.finetune_parts import Parts
from keras_vit.training.layer_decay import learning_rate_scales
from keras_vit.training.warmup_cosine import WarmupCosine

HIGH = 1e-3


def finetune(
    model: keras.Model,
    train: Any,
    validation: Any = None,
    epochs: int = 10,
    *,
    probe_epochs: int | None = None,
    learning_rate: float = 2e-4,
    probe_learning_rate: float = 3e-3,
    layer_decay: float = 0.75,
    weight_decay: float = 0.05,
    warmup_epochs: float | None = None,
    global_clipnorm: float = 1.0,
    loss: Any = None,
    metrics: Sequence[Any] | None = None,
    batch_size: int = 32,
    steps_per_epoch: int | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    class_weight: dict[int, float] | None = None,
    verbose: int | str = "auto",
) -> keras.callbacks.History:
    """Train a pretrained model on a task of your own.

    A linear probe first trains the head alone, since a fresh head would distort the
    features below it ([Kumar et al.](https://arxiv.org/abs/2202.10054)). Then all that
    was not frozen before is trained, by `AdamW` with layer-wise decay of the learning
    rate as [BEiT](https://arxiv.org/abs/2106.08254), a warm-up and a cosine. Each part
    can be used alone: `freeze`, `learning_rate_scales`, `WarmupCosine`, `AdamW`.

    Args:
        model: a ViT or Swin of this package with weights and a head for the task, such
            as `keras_vit.ViTB16(weights=..., classes=5)`, or a functional model or
            Sequential around one.
        train: batches of (images, labels), a `tf.data.Dataset` such as
            `keras_vit.data.image_batches` gives, or (images, labels) arrays; with
            sample weights if wished.
        validation: the same, or None.
        epochs: int, of the fine-tuning.
        probe_epochs: int, of the probe before it; None is a third of `epochs`, at least
            one; 0 for no probe.
        learning_rate: float, the peak of the fine-tuning. Above 1e-3 there is a
            warning: AdamW then mostly forgets what was learned before.
        probe_learning_rate: float, where the probe's cosine begins.
        layer_decay: float above 0, at most 1: what part of a block's rate the one below
            it has.
        weight_decay: float, of the fine-tuning; the probe has none.
        warmup_epochs: float, of the fine-tuning; None is a tenth of `epochs`.
        global_clipnorm: float, the highest norm of all gradients together.
        loss: as `model.compile` takes it, such as
            `keras.losses.CategoricalCrossentropy(label_smoothing=0.1)`. None takes the
            cross-entropy that fits labels and head: whole numbers for one class an
            image, rows for one-hot classes, or several with a sigmoid.
        metrics: as `model.compile` takes them; None is accuracy.
        batch_size: int, images in a batch, where the data are arrays.
        steps_per_epoch: int, needed where a data set does not know its length.
        callbacks: of both parts, such as `EMA()` and `CleanMetrics(...)`.
        class_weight: as `model.fit` takes it.
        verbose: as `model.fit` takes it.

    Returns:
        The history of both parts as one, whose first `params["probe_epochs"]` epochs
        are the probe's. The model ends compiled as it was fine-tuned.

    Raises:
        ValueError: if an argument is not as described, the model has no head that is
            trained, or labels do not fit the head.

    Example:

    ```python
    import numpy as np

    import keras_vit

    model = keras_vit.teaching.small_vit(image_size=28)
    images = np.random.default_rng(0).normal(size=(4, 28, 28, 3))
    history = keras_vit.training.finetune(
        model, (images, np.arange(4)), epochs=1, verbose=0
    )
    assert len(history.history["accuracy"]) == 2  # one of the probe
    ```
    """
    epochs = integer(epochs, "epochs")
    if probe_epochs is None:
        probe_epochs = max(1, epochs // 3)
    probe_epochs = integer(probe_epochs, "probe_epochs", minimum=0)
    warmup = _warmup(warmup_epochs, epochs)
    _warn_of_high(number(learning_rate, "learning_rate", minimum=0))
    number(probe_learning_rate, "probe_learning_rate", minimum=0)
    learning_rate_scales(model, layer_decay)  # says what is wrong before work begins
    data = as_fit_takes(train, validation, batch_size)
    steps = count_steps(data, steps_per_epoch)
    if loss is None:
        loss, likely = likely_loss(model, data)
    else:
        likely = ["accuracy"]

    settings = {
        "steps_per_epoch": steps_per_epoch,
        "callbacks": list(callbacks),
        "class_weight": class_weight,
        "verbose": verbose,
    }
    compiled = {"loss": loss, "metrics": likely if metrics is None else list(metrics)}
    parts = Parts(model, compiled, {**data, **settings})
    if probe_epochs:
        rate = WarmupCosine(probe_learning_rate, probe_epochs * steps)
        parts.probe(AdamW(rate, weight_decay=0.0), probe_epochs)
    optimizer = AdamW(
        WarmupCosine(learning_rate, epochs * steps, int(warmup * steps)),
        weight_decay,
        learning_rate_scales(model, layer_decay),
        global_clipnorm=global_clipnorm,
    )
    parts.fit(optimizer, probe_epochs, probe_epochs + epochs)
    return parts.history()


def _warmup(warmup_epochs, epochs: int) -> float:
    if warmup_epochs is None:
        return epochs / 10
    warmup = number(warmup_epochs, "warmup_epochs", minimum=0)
    if warmup >= epochs:
        raise ValueError(
            "`warmup_epochs` should be fewer than `epochs`. Received: "
            f"warmup_epochs={warmup_epochs}, epochs={epochs}"
        )
    return warmup


def _warn_of_high(learning_rate: float) -> None:
    if learning_rate > HIGH:
        warnings.warn(
            f"learning_rate={learning_rate:g} is high for pretrained weights: with "
            f"AdamW a peak above {HIGH:g} mostly forgets them. Papers fine-tune at "
            "1e-5 to 1e-3.",
            stacklevel=3,
        )
