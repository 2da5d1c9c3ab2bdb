"""timm's own loader, of its dataset of a folder."""

from benchmarks.loaders.work import (
    BATCH,
    CLASSES,
    ERASING,
    MEAN,
    MIXUP,
    SIZE,
    STD,
    WORKERS,
)

NAME = "timm"
DISTRIBUTION = "timm"


def epoch(row: str, folder: str):
    import timm.data
    import torch

    training = row != "evaluation"
    augmented = row == "RandAugment"
    options = {}
    if augmented:
        options = {
            # Each operation for certain, as in the other loaders. At magnitude 10
            # posterize would keep no bit, which Pillow 13 refuses.
            "auto_augment": "rand-m9-n2-p1.0-mstd0.5-mmax9-inc1",
            "re_prob": ERASING,
            "re_mode": "pixel",
            "collate_fn": timm.data.FastCollateMixup(MIXUP, num_classes=CLASSES),
        }
    return timm.data.create_loader(
        timm.data.create_dataset("", folder),
        input_size=(3, SIZE, SIZE),
        batch_size=BATCH,
        is_training=training,
        color_jitter=0.0,
        interpolation="bicubic",
        crop_pct=1.0,
        mean=MEAN,
        std=STD,
        num_workers=WORKERS,
        device=torch.device("cpu"),
        **options,
    )
