"""What `estimate` tells of a training."""

import dataclasses


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrainingEstimate:
    """What a training step takes, and the whole training.

    Bytes are those of one device. Its memory is less than the sum of the four parts
    where gradients come as activations go.

    Args:
        name: of the model.
        dtype: its policy.
        batch_size: images of a step, on all devices.
        devices: how many there are.
        model_shares: devices that share one copy of the model.
        recompute: whether blocks are computed again for their gradients.
        plain: whether blocks keep what the definitions keep, and not less.
        parameters: numbers in the model's weights.
        weight_bytes: of the weights.
        gradient_bytes: of what gradients there are at once.
        optimizer_bytes: of its state.
        activation_bytes: of what is kept for the gradients at the fullest moment, as
            `recompute` says.
        activation_bytes_kept: the same without recomputation.
        activation_bytes_recomputed: the same with recomputation.
        memory_bytes: of all this, at the fullest moment.
        flops_a_step: of all devices.
        gradient_bytes_sent: that a device sends in a step, to add up gradients.
        activation_bytes_sent: the same of activations, within one model.
        steps: of the whole training, or None.
        seconds_a_step: or None.
        hours: of the whole training, or None.
    """

    name: str
    dtype: str
    batch_size: int
    devices: int
    model_shares: int
    recompute: bool
    plain: bool
    parameters: int
    weight_bytes: float
    gradient_bytes: float
    optimizer_bytes: float
    activation_bytes: float
    activation_bytes_kept: float
    activation_bytes_recomputed: float
    memory_bytes: float
    flops_a_step: float
    gradient_bytes_sent: float
    activation_bytes_sent: float
    steps: int | None
    seconds_a_step: float | None
    hours: float | None

    @property
    def bytes_sent(self) -> float:
        """What a device sends in a step."""
        return self.gradient_bytes_sent + self.activation_bytes_sent

    def __str__(self) -> str:
        lines = [
            f"{self.name}, {self.dtype}: {self.parameters / 1e6:.1f} M parameters",
            f"{self.batch_size} images a step on {self._devices()}",
            f"memory of a device {_bytes(self.memory_bytes)}: weights "
            f"{_bytes(self.weight_bytes)}, gradients {_bytes(self.gradient_bytes)}, "
            f"optimizer {_bytes(self.optimizer_bytes)}, activations "
            f"{_bytes(self.activation_bytes)}",
            f"activations if kept {_bytes(self.activation_bytes_kept)}, if recomputed "
            f"{_bytes(self.activation_bytes_recomputed)}",
            f"{self.flops_a_step / 1e12:.3g} TFLOP a step; a device sends "
            f"{_bytes(self.bytes_sent)}",
        ]
        if self.seconds_a_step is not None:
            lines.append(f"{self.seconds_a_step:.3g} seconds a step")
        if self.hours is not None:
            lines.append(f"{self.hours:.3g} hours for {self.steps:,} steps")
        return "\n".join(lines)

    def _devices(self) -> str:
        devices = f"{self.devices} device{'s' * (self.devices > 1)}"
        if self.model_shares > 1:
            devices += f", {self.model_shares} to a model"
        return devices


def _bytes(size: float) -> str:
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size:.0f} B"
