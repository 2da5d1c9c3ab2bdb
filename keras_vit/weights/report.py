"""What became of each weight of the model and each tensor of the file."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class LoadReport:
    """The outcome of `keras_vit.load_weights`; printing it shows a summary.

    Every weight of the model is in exactly one of `loaded`, `resized` and `fresh`;
    every tensor of the file is in exactly one of `used` and `ignored`.

    Args:
        file: The file that was read.
        format: The format that its names are of.
        loaded: Paths of the weights that took a tensor as it is.
        resized: Path of each weight whose tensor was adapted, and how.
        fresh: Path of each weight that was left as it was, and why.
        used: Names of the tensors that went into weights.
        ignored: Name of each tensor that was not needed, and why.
        licence: What to know of the licence, or None.
    """

    file: str
    format: str
    loaded: tuple[str, ...]
    resized: dict[str, str] = field(default_factory=dict)
    fresh: dict[str, str] = field(default_factory=dict)
    used: tuple[str, ...] = ()
    ignored: dict[str, str] = field(default_factory=dict)
    licence: str | None = None

    @property
    def weights_in_model(self) -> int:
        """Number of weights of the model."""
        return len(self.loaded) + len(self.resized) + len(self.fresh)

    @property
    def tensors_in_file(self) -> int:
        """Number of tensors of the file."""
        return len(self.used) + len(self.ignored)

    def __str__(self) -> str:
        """Counts first, then all that is not plain."""
        lines = [
            f"{self.file} ({self.format})",
            f"  model: {self.weights_in_model} weights = {len(self.loaded)} loaded + "
            f"{len(self.resized)} resized + {len(self.fresh)} fresh",
            f"  file:  {self.tensors_in_file} tensors = {len(self.used)} used + "
            f"{len(self.ignored)} ignored",
        ]
        for title in ("resized", "fresh", "ignored"):
            lines += grouped(title, getattr(self, title))
        if self.licence:
            lines.append(f"  licence: {self.licence}")
        return "\n".join(lines)


def grouped(title: str, reasons: dict[str, str]) -> list[str]:
    """One line a reason, with the first name and how many more there are."""
    names: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        names.setdefault(reason, []).append(name)
    return [
        f"  {title}: {group[0]}"
        + (f" and {len(group) - 1} more" if len(group) > 1 else "")
        + f": {reason}"
        for reason, group in names.items()
    ]
