"""keras_vit itself."""

from benchmarks.loaders.work import BATCH, ERASING, MIXUP, RAND_AUGMENT, SIZE

NAME = "keras_vit"
DISTRIBUTION = "keras-vit-swin"


def epoch(row: str, folder: str):
    from keras_vit.data import (
        IMAGENET_MEAN,
        IMAGENET_STD,
        Augmentation,
        image_batches,
    )

    options = {
        "image_size": SIZE,
        "batch_size": BATCH,
        "mean": IMAGENET_MEAN,
        "std": IMAGENET_STD,
        "cache": False,
    }
    if row == "evaluation":
        return image_batches(folder, **options)
    augmentation = Augmentation()
    if row == "RandAugment":
        augmentation = Augmentation(
            rand_augment=RAND_AUGMENT, random_erasing=ERASING, mixup_alpha=MIXUP
        )
    return image_batches(
        folder,
        training=True,
        resize="random_crop",
        augmentation=augmentation,
        seed=0,
        **options,
    )
