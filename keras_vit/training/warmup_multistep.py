"""Warm-up, then a rate that falls in steps (https://arxiv.org/abs/1512.03385)."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_vit.arguments import integers, number
from keras_vit.training.warmup import Warmup


@keras.saving.register_keras_serializable(package="keras_vit")
class WarmupMultistep(Warmup):
    """A learning rate that rises, and falls at once at some steps.

    Section 3.4 of [Deep Residual Learning](https://arxiv.org/abs/1512.03385) divides
    the rate by 10 now and then; [SimMIM](https://arxiv.org/abs/2111.09886) does so once
    for ViT. Steps are counted as in `WarmupCosine`.

    Args:
        peak: float, the highest learning rate.
        total_steps: int, optimizer steps in all.
        drop_steps: ints, the first step of each lower rate.
        factor: float from 0 to 1, what each drop leaves of the rate.
        warmup_steps: int, steps of the warm-up.
        start: float, the learning rate of the first step where there is a warm-up.

    Raises:
        ValueError: if an argument is not as described, or a drop is not between the
            warm-up and the end.

    Example:

    ```python
    from keras_vit.training import WarmupMultistep

    rate = WarmupMultistep(1e-3, total_steps=100, drop_steps=[70, 90], warmup_steps=10)
    assert abs(float(rate(5)) - 5e-4) < 1e-9
    assert abs(float(rate(70)) - 1e-4) < 1e-9
    ```
    """

    def __init__(
        self,
        peak: float,
        total_steps: int,
        drop_steps: Sequence[int],
        factor: float = 0.1,
        warmup_steps: int = 0,
        start: float = 0.0,
    ):
        super().__init__(peak, total_steps, warmup_steps, start, minimum=0.0)
        self.drop_steps = list(integers(drop_steps, "drop_steps"))
        self.factor = number(factor, "factor", minimum=0)
        early = [step for step in self.drop_steps if step < self.warmup_steps]
        if early or max(self.drop_steps, default=0) > self.total_steps:
            raise ValueError(
                "`drop_steps` should lie between the warm-up and the end. Received: "
                f"drop_steps={drop_steps}, warmup_steps={warmup_steps}, "
                f"total_steps={total_steps}"
            )
        if self.factor > 1:
            raise ValueError(
                f"`factor` should be from 0 to 1. Received: factor={factor}"
            )

    def after(self, step):
        rate = ops.full_like(step, self.peak)
        for first in self.drop_steps:
            rate = ops.where(step >= first, rate * self.factor, rate)
        return rate

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        config = super().get_config()
        del config["minimum"]
        return {**config, "drop_steps": self.drop_steps, "factor": self.factor}
