"""The catalogue of published weights: a tag to where it lives and what it expects.

One row a checkpoint stands in catalogue.json. Tags that end in `_384` were trained at
384 pixels. Accuracies are top-1 on ImageNet-1k at the checkpoint's own size, from
timm's results and, for tags that begin with google_ or microsoft_, the publishers'
tables. Sizes and hashes of files stand in a row where two independent copies, or a copy
and the file's layout, agree on them: no publisher of the catalogue names any.
"""

import functools
import json
from dataclasses import dataclass, field
from importlib import resources

# (mean, std) of pixels from 0 to 1: the ViT papers' code, and most others.
HALF_MEAN_STD = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
IMAGENET_MEAN_STD = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
NORMALISATIONS = {"half": HALF_MEAN_STD, "imagenet": IMAGENET_MEAN_STD}
NON_COMMERCIAL = "cc-by-nc-4.0"
# The same weights in other repositories than the catalogue's.
NON_COMMERCIAL_REPOSITORIES = ("facebook/vit-mae-",)


@dataclass(frozen=True)
class WeightsInfo:
    """What is known of one checkpoint.

    Args:
        variant: Name of the model, as in `keras_vit.ViTB16`.
        tag: Name of the checkpoint among those of the variant.
        file: Name of the file in the repository, or of the download.
        input_size: Side of the square images that it was trained on, in pixels.
        classes: Outputs of its classifier; 0 where it has none.
        parameters: Numbers in the model that it is for.
        mean: Mean of each channel, for images from 0 to 1.
        std: Standard deviation of each channel.
        interpolation: How images were resized for evaluation.
        crop: Fraction of the resized image that the centre crop keeps.
        licence: SPDX name of the licence.
        repository: Repository on the Hugging Face hub, or None.
        url: Address of the file where it is on no hub, or None.
        bytes: Size of the file, None where nobody here knows.
        sha256: Its SHA-256 in hexadecimal digits, None where nobody here knows.
        top1: Published top-1 accuracy on ImageNet-1k in percent, or None.
        build: Arguments of the model's builder that the checkpoint needs.
    """

    variant: str
    tag: str
    file: str
    input_size: int
    classes: int
    parameters: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    interpolation: str
    crop: float
    licence: str
    repository: str | None = None
    url: str | None = None
    bytes: int | None = None
    sha256: str | None = None
    top1: float | None = None
    build: dict = field(default_factory=dict)

    @property
    def commercial_use(self) -> bool:
        """Whether the licence allows commercial use."""
        return self.licence != NON_COMMERCIAL

    def __str__(self) -> str:
        """One fact a line."""
        facts = {**vars(self), "commercial_use": self.commercial_use}
        width = max(map(len, facts))
        return "\n".join(f"{name:<{width}}  {fact}" for name, fact in facts.items())


@functools.cache
def catalogue() -> tuple[WeightsInfo, ...]:
    """Read the catalogue, once."""
    text = resources.files(__package__).joinpath("catalogue.json").read_text("utf-8")
    return tuple(read_row(row) for row in json.loads(text))


def read_row(row: dict) -> WeightsInfo:
    """Turn a row of the data file into a record."""
    mean, std = NORMALISATIONS[row["normalisation"]]
    return WeightsInfo(
        variant=row["variant"],
        tag=row["tag"],
        file=row.get("file") or row["url"].rsplit("/", 1)[1],
        input_size=row["size"],
        classes=row["classes"],
        parameters=row["parameters"],
        mean=mean,
        std=std,
        interpolation=row["interpolation"],
        crop=row["crop"],
        licence=row["licence"],
        repository=row.get("repo"),
        url=row.get("url"),
        bytes=row.get("bytes"),
        sha256=row.get("sha256"),
        top1=row.get("top1"),
        build=row.get("build", {}),
    )


def variants() -> list[str]:
    """Names of all variants that have weights, in the catalogue's order."""
    return list(dict.fromkeys(info.variant for info in catalogue()))
