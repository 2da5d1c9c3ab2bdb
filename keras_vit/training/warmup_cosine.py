"""Warm-up, then half a cosine (https://arxiv.org/abs/1608.03983)."""

import math
from typing import Any

import keras
from keras import ops

from keras_vit.arguments import flag
from keras_vit.training.warmup import Warmup


@keras.saving.register_keras_serializable(package="keras_vit")
class WarmupCosine(Warmup):
    r"""A learning rate that rises in a line, then falls by half a cosine.

    [SGDR](https://arxiv.org/abs/1608.03983) without restarts, as DeiT, Swin and MAE are
    trained. With T total steps, of which W warm up, step t >= W has

    $$ \eta_t = \eta_{min} + \tfrac{1}{2} (\eta_{peak} - \eta_{min}) (1 + \cos \pi p) $$

    where codes differ in the progress p: (t - W) / (T - W) in Swin, MAE and big_vision,
    whose cosine starts at the peak after the warm-up, and t / T in timm's default and
    DeiT, whose cosine has run from the first step on: after the warm-up the rate is
    somewhat below the peak already.

    Steps are those of the optimizer: `keras_vit.training.AdamW` counts them so with
    `gradient_accumulation_steps` as well, Keras's own optimizers count batches.

    Args:
        peak: float, the highest learning rate.
        total_steps: int, optimizer steps in all, the warm-up's among them; after them
            the rate stays at `minimum`.
        warmup_steps: int, steps of the warm-up.
        start: float, the learning rate of the first step where there is a warm-up.
        minimum: float, where the cosine ends.
        warmup_in_cosine: bool. True counts the warm-up as a part of the cosine (timm,
            DeiT), False starts the cosine after it (Swin, MAE).

    Raises:
        ValueError: if a number is not as described.

    Example:

    ```python
    from keras_vit.training import AdamW, WarmupCosine

    rate = WarmupCosine(peak=1e-3, total_steps=1000, warmup_steps=100)
    optimizer = AdamW(rate)
    assert abs(float(rate(50)) - 5e-4) < 1e-9
    assert abs(float(rate(550)) - 5e-4) < 1e-9  # half of the cosine
    ```
    """

    def __init__(
        self,
        peak: float,
        total_steps: int,
        warmup_steps: int = 0,
        start: float = 0.0,
        minimum: float = 0.0,
        warmup_in_cosine: bool = False,
    ):
        super().__init__(peak, total_steps, warmup_steps, start, minimum)
        self.warmup_in_cosine = flag(warmup_in_cosine, "warmup_in_cosine")

    def after(self, step):
        first = 0 if self.warmup_in_cosine else self.warmup_steps
        progress = ops.clip((step - first) / (self.total_steps - first), 0.0, 1.0)
        share = 0.5 * (1 + ops.cos(math.pi * progress))
        return self.minimum + (self.peak - self.minimum) * share

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "warmup_in_cosine": self.warmup_in_cosine}
