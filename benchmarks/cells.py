"""What is compared: a cell is one model, on one backend, in one mode."""

from typing import NamedTuple

BACKENDS = ("tensorflow", "jax", "torch")
IMAGE_SIZE = 224
CLASSES = 1000


class Cell(NamedTuple):
    """One comparison: every contender does the same work."""

    model: str
    mode: str  # "inference" or "train"
    batch: int
    backend: str

    @property
    def title(self) -> str:
        """As a table's row names it."""
        return f"{self.model} {self.mode}, batch {self.batch}, {self.backend}"


# (model, mode) -> batch: the table in docs/speed.md.
BATCHES = {
    ("ViTB16", "inference"): 8,
    ("SwinT", "inference"): 8,
    ("ViTS16", "train"): 16,
    ("SwinT", "train"): 8,
}

# The same questions, asked of less work.
QUICK_BATCHES = {
    ("ViTS16", "inference"): 8,
    ("SwinT", "inference"): 2,
    ("ViTS16", "train"): 4,
    ("SwinT", "train"): 2,
}

# (model, mode) -> the ratio to the best peer that we mean to stay below.
TARGETS = {
    ("ViTB16", "inference"): {"tensorflow": 0.98, "jax": 0.95, "torch": 0.95},
    ("SwinT", "inference"): {"tensorflow": 0.85, "jax": 0.85, "torch": 0.9},
    ("ViTS16", "train"): {"tensorflow": 0.9, "jax": 0.75, "torch": 0.9},
    ("SwinT", "train"): {"tensorflow": 0.9, "jax": 0.75, "torch": 0.9},
}


def matrix(models=None, backends=None, modes=None, batch=None, quick=False):
    """The cells of a run, those named by the arguments or all.

    Each row of the table comes once, each on another backend, before any comes again:
    a run that its limit cuts off has seen every model, mode and backend.

    Args:
        models: names to keep, or None for all.
        backends: names to keep, or None for all.
        modes: "inference", "train" or both; None for both.
        batch: int, another batch than the table's.
        quick: whether to ask less work.

    Returns:
        A list of `Cell`.

    Raises:
        ValueError: if nothing is left.
    """
    batches = QUICK_BATCHES if quick else BATCHES
    rows = [
        (model, mode, batch or usual)
        for (model, mode), usual in batches.items()
        if model in (models or (model,)) and mode in (modes or (mode,))
    ]
    columns = [backend for backend in BACKENDS if backend in (backends or BACKENDS)]
    cells = [
        Cell(*row, columns[(place + turn) % len(columns)])
        for turn in range(len(columns))
        for place, row in enumerate(rows)
    ]
    if not cells:
        raise ValueError(
            f"No cell is left to measure. Received: models={models}, "
            f"backends={backends}, modes={modes}. There are: {sorted(batches)} on "
            f"{BACKENDS}."
        )
    return cells
