"""Swin (https://arxiv.org/abs/2103.14030), from the configs of its code.

Peak, start and floor scale with the batch in a line, from 512 images; the cosine begins
after the warm-up (WARMUP_PREFIX).
"""

from typing import Any

from keras_vit.training.recipes.deit_rows import RAND_AUGMENT
from keras_vit.training.recipes.row import Recipe

COMMON: dict[str, Any] = {
    "paper": "https://arxiv.org/abs/2103.14030",
    "base_batch": 512,
    "scales": True,
    "floor_scales": True,
}
FINETUNE: dict[str, Any] = {
    **COMMON,
    "learning_rate": 2e-5,
    "epochs": 30,
    "warmup_epochs": 5,
    "warmup_start": 2e-8,
    "floor": 2e-7,
    "weight_decay": 1e-8,
}
WHOLE = "Evaluated without a crop: image_batches(..., resize='squash')."

SWIN = (
    Recipe(
        name="swin_1k",
        source="config.py and configs/swin of microsoft/Swin-Transformer",
        learning_rate=5e-4,
        epochs=300,
        warmup_epochs=20,
        warmup_start=5e-7,
        floor=5e-6,
        weight_decay=0.05,
        drop_path={"SwinT": 0.2, "SwinS": 0.3, "SwinB": 0.5},
        global_clipnorm=5.0,
        rand_augment=(2, 9, 0.5),
        mixup=0.8,
        cutmix=1.0,
        erasing=0.25,
        notes=(
            "No averages of weights and no repeated augmentation.",
            "Its colour jitter of .4 is left out by timm, as there is RandAugment.",
        ),
        not_here=(RAND_AUGMENT,),
        **COMMON,
    ),
    Recipe(
        name="swin_22k",
        source="configs/swin/*_22k.yaml of microsoft/Swin-Transformer",
        learning_rate=1.25e-4,
        epochs=90,
        warmup_epochs=5,
        floor=1.25e-6,
        weight_decay=0.05,
        drop_path=0.2,
        notes=("A batch of 4096 has a peak of 1e-3.",),
        **COMMON,
    ),
    Recipe(
        name="swin_22k_to_1k",
        source="configs/swin/*_22kto1k_finetune.yaml of microsoft/Swin-Transformer",
        drop_path={"SwinT": 0.1, "SwinB": 0.2, "SwinL": 0.2},
        **FINETUNE,
    ),
    Recipe(
        name="swin_22k_to_1k_384",
        source="configs/swin/*_384_22kto1k_finetune.yaml of microsoft/Swin-Transformer",
        drop_path={"SwinB": 0.2, "SwinL": 0.2},
        image_size=384,
        notes=(WHOLE,),
        **FINETUNE,
    ),
    Recipe(
        name="swin_1k_to_384",
        source="configs/swin/*_384_finetune.yaml of microsoft/Swin-Transformer",
        drop_path={"SwinB": 0.5},
        image_size=384,
        notes=(WHOLE,),
        **FINETUNE,
    ),
)
