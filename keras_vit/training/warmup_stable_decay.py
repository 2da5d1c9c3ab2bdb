"""Warm-up, a stable rate, and a fall at the end (https://arxiv.org/abs/2404.06395)."""

from typing import Any

import keras
from keras import ops

from keras_vit.arguments import check_choice, integer
from keras_vit.training.warmup import Warmup


@keras.saving.register_keras_serializable(package="keras_vit")
class WarmupStableDecay(Warmup):
    """A learning rate that rises, stays, and falls at the end.

    Section 4 of [MiniCPM](https://arxiv.org/abs/2404.06395). A run may be prolonged
    from where the rate is stable, without having known its length from the start.
    "1-sqrt" is the decay that [Hägele et al.](https://arxiv.org/abs/2405.18392) found
    best.

    Steps are counted as in `WarmupCosine`.

    Args:
        peak: float, the highest learning rate.
        total_steps: int, optimizer steps in all; after them the rate stays at
            `minimum`.
        warmup_steps: int, steps of the warm-up.
        decay_steps: int, steps of the fall, the last of all; None is a tenth of all.
        start: float, the learning rate of the first step where there is a warm-up.
        minimum: float, where the fall ends.
        decay: `"linear"`, or `"1-sqrt"`: 1 minus the square root of the progress.

    Raises:
        ValueError: if an argument is not as described, or the steps of warm-up and
            decay are more than all.

    Example:

    ```python
    from keras_vit.training import WarmupStableDecay

    rate = WarmupStableDecay(1e-3, total_steps=1000, warmup_steps=100, decay_steps=200)
    assert abs(float(rate(500)) - 1e-3) < 1e-9
    assert abs(float(rate(900)) - 5e-4) < 1e-9
    ```
    """

    def __init__(
        self,
        peak: float,
        total_steps: int,
        warmup_steps: int = 0,
        decay_steps: int | None = None,
        start: float = 0.0,
        minimum: float = 0.0,
        decay: str = "linear",
    ):
        super().__init__(peak, total_steps, warmup_steps, start, minimum)
        if decay_steps is None:
            decay_steps = max(1, self.total_steps // 10)
        self.decay_steps = integer(decay_steps, "decay_steps")
        check_choice("decay", decay, ("linear", "1-sqrt"))
        self.decay = decay
        if self.warmup_steps + self.decay_steps > self.total_steps:
            raise ValueError(
                "`warmup_steps` and `decay_steps` should not be more than "
                f"`total_steps` together. Received: warmup_steps={warmup_steps}, "
                f"decay_steps={decay_steps}, total_steps={total_steps}"
            )

    def after(self, step):
        first = self.total_steps - self.decay_steps
        progress = ops.clip((step - first) / self.decay_steps, 0.0, 1.0)
        fallen = ops.sqrt(progress) if self.decay == "1-sqrt" else progress
        return self.peak - (self.peak - self.minimum) * fallen

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            **super().get_config(),
            "decay_steps": self.decay_steps,
            "decay": self.decay,
        }
