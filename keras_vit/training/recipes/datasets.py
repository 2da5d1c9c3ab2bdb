"""The batches of a recipe: what `keras_vit.data` can do of its augmentation."""

import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keras_vit.training.recipes.row import Recipe

HIGHEST = 10  # of RandAugment's magnitudes in `keras_vit.data`


def augmentation(row: "Recipe") -> Any:
    """The `keras_vit.data.Augmentation`; a magnitude above the scale is its highest."""
    from keras_vit.data import Augmentation  # it needs TensorFlow

    operations = row.rand_augment
    if operations is not None:
        count, magnitude, *deviation = operations
        if magnitude > HIGHEST:
            warnings.warn(
                f"'{row.name}' has RandAugment at magnitude {magnitude:g}, and "
                f"keras_vit.data ends at {HIGHEST}: that is taken, a weaker one.",
                stacklevel=3,
            )
        operations = (count, min(magnitude, HIGHEST), *deviation)  # type: ignore
    return Augmentation(
        rand_augment=operations,
        random_erasing=row.erasing or 0.0,
        mixup_alpha=row.mixup or 0.0,
        cutmix_alpha=row.cutmix or 0.0,
    )


def dataset(
    row: "Recipe", source: Any, image_size: Any, options: dict[str, Any]
) -> Any:
    """`image_batches` with what the row says, and what the caller says above it."""
    from keras_vit.data import Resize, image_batches

    size = row.image_size if image_size is None else image_size
    if size is None:
        raise ValueError(
            f"'{row.name}' does not say the size of its images. Give `image_size`, "
            "that of the model."
        )
    own: dict[str, Any] = {"one_hot": row.loss != "masked"}
    if options["training"]:
        if "augmentation" not in options:
            own["augmentation"] = augmentation(row)
        if row.crop_area is not None:
            own["resize"] = Resize("random_crop", "bicubic", crop_area=row.crop_area)
    return image_batches(source, image_size=size, **{**own, **options})
