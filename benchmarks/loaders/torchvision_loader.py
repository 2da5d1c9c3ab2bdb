"""torchvision's transforms of the second version, on tensors, in a DataLoader."""

from benchmarks.loaders.work import (
    BATCH,
    CLASSES,
    ERASING,
    MEAN,
    MIXUP,
    RAND_AUGMENT,
    SIZE,
    STD,
    WORKERS,
)

NAME = "torchvision"
DISTRIBUTION = "torchvision"


def epoch(row: str, folder: str):
    import torch
    from torchvision.datasets import ImageFolder

    training = row != "evaluation"
    return torch.utils.data.DataLoader(
        ImageFolder(folder, _transform(row), loader=read),
        batch_size=BATCH,
        shuffle=training,
        drop_last=training,
        num_workers=WORKERS,
        persistent_workers=True,
        collate_fn=mixed if row == "RandAugment" else None,
    )


def read(path: str):
    """Decode a file to a tensor, which torchvision changes faster than a picture."""
    from torchvision.io import ImageReadMode, decode_image

    return decode_image(path, ImageReadMode.RGB)


def mixed(samples):
    """Put images into a batch and mix them."""
    import torch
    from torchvision.transforms import v2

    mix = v2.MixUp(alpha=MIXUP, num_classes=CLASSES)
    return mix(*torch.utils.data.default_collate(samples))


def _transform(row: str):
    import torch
    from torchvision.transforms import InterpolationMode, v2

    bicubic = InterpolationMode.BICUBIC
    if row == "evaluation":
        steps = [v2.Resize(SIZE, bicubic, antialias=True), v2.CenterCrop(SIZE)]
    else:
        crop = v2.RandomResizedCrop(SIZE, interpolation=bicubic, antialias=True)
        steps = [crop, v2.RandomHorizontalFlip()]
    if row == "RandAugment":
        num_ops, magnitude, _ = RAND_AUGMENT
        bins = 11  # so that a magnitude counts up to 10
        steps.append(
            v2.RandAugment(
                num_ops, round(magnitude), bins, InterpolationMode.BILINEAR, fill=128
            )
        )
    steps += [v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)]
    if row == "RandAugment":
        steps.append(v2.RandomErasing(ERASING, scale=(0.02, 1 / 3), value="random"))
    return v2.Compose(steps)
