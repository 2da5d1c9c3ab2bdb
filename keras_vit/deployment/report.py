"""What an export tells of the file that it wrote."""

import dataclasses
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class ExportReport:
    """What was written, and how near it is to the model.

    Args:
        path: of the file, or of a SavedModel's folder.
        format: its name.
        precision: what its runtime calculates in.
        runtime: that opened the file and computed the figures below.
        difference: largest difference from the model's outputs, as a fraction of the
            largest output.
        agreement: fraction of the images for which the largest output is the model's.
        images: how many were compared, in batches of 1 and of the rest.
        size: bytes of the file or folder.
        size_ratio: size by bytes of the model's weights.
        seconds: that the writing took.
    """

    path: Path
    format: str
    precision: str
    runtime: str
    difference: float
    agreement: float
    images: int
    size: int
    size_ratio: float
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.path} ({self.format}, {self.precision}): {self.size / 1e6:.1f} MB, "
            f"{self.size_ratio:.2f} of the weights; in {self.runtime} the largest "
            f"difference is {self.difference:.1e} of the largest output, the likeliest "
            f"class the same for {self.agreement:.0%} of {self.images} images"
        )


def size_of(path: Path) -> int:
    """Bytes of a file, of an OpenVINO pair, or of a folder."""
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    if path.suffix == ".xml":
        return path.stat().st_size + path.with_suffix(".bin").stat().st_size
    return path.stat().st_size
