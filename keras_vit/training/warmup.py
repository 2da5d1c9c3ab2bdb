"""A learning rate that begins low (https://arxiv.org/abs/1706.02677)."""

from typing import Any

import keras
from keras import ops

from keras_vit.arguments import integer, number


class Warmup(keras.optimizers.schedules.LearningRateSchedule):
    """A straight line from `start` to `peak`, then what `after` says.

    Args:
        peak: float, the highest learning rate.
        total_steps: int, steps in all, the warm-up's among them.
        warmup_steps: int, steps of the warm-up.
        start: float, the learning rate of the first step where there is a warm-up.
        minimum: float, where it ends.
    """

    def __init__(self, peak, total_steps, warmup_steps, start, minimum):
        self.peak = number(peak, "peak", minimum=0)
        self.total_steps = integer(total_steps, "total_steps")
        self.warmup_steps = integer(warmup_steps, "warmup_steps", minimum=0)
        self.start = number(start, "start", minimum=0)
        self.minimum = number(minimum, "minimum", minimum=0)
        if self.warmup_steps >= self.total_steps:
            raise ValueError(
                "`total_steps` counts the warm-up and should be more than "
                f"`warmup_steps`. Received: total_steps={total_steps}, "
                f"warmup_steps={warmup_steps}"
            )
        if max(self.start, self.minimum) > self.peak:
            raise ValueError(
                "`peak` should be the highest learning rate. Received: "
                f"peak={peak}, start={start}, minimum={minimum}"
            )

    def __call__(self, step):
        step = ops.cast(step, "float32")
        rising = self.start + (self.peak - self.start) * step / max(
            self.warmup_steps, 1
        )
        return ops.where(step < self.warmup_steps, rising, self.after(step))

    def after(self, step):
        """The learning rate of a float32 step behind the warm-up."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            "peak": self.peak,
            "total_steps": self.total_steps,
            "warmup_steps": self.warmup_steps,
            "start": self.start,
            "minimum": self.minimum,
        }
