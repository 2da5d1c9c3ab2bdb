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
    "global_clipnorm": 5.0,
    "label_smoothing": 0.1,
    "rand_augment": (2, 9, 0.5),
    "mixup": 0.8,
    "cutmix": 1.0,
    "erasing": 0.25,
    "not_here": (RAND_AUGMENT,),
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
        source="config.py and configs/swin/*_224.yaml of microsoft/Swin-Transformer",
        learning_rate=5e-4,
        epochs=300,
        warmup_epochs=20,
        warmup_start=5e-7,
        floor=5e-6,
        weight_decay=0.05,
        drop_path={"SwinT": 0.2, "SwinS": 0.3, "SwinB": 0.5},
        image_size=224,
        expected="81.2 (T), 83.2 (S), 83.5 % (B) on ImageNet-1k",
        notes=(
            "No averages of weights and no repeated augmentation.",
            "Its colour jitter of .4 is left out by timm, as there is RandAugment.",
        ),
        **COMMON,
    ),
    Recipe(
        name="swin_22k",
        source="configs/swin/*_22k.yaml of microsoft/Swin-Transformer",
        learning_rate=1.25e-4,
        epochs=90,
        warmup_epochs=5,
        warmup_start=1.25e-7,
        floor=1.25e-6,
        weight_decay=0.05,
        drop_path={"SwinT": 0.1, "SwinS": 0.2, "SwinB": 0.2, "SwinL": 0.2},
        image_size=224,
        notes=("A batch of 4096 has a peak of 1e-3.",),
        **COMMON,
    ),
    Recipe(
        name="swin_22k_to_1k",
        source="configs/swin/*_22kto1k_finetune.yaml of microsoft/Swin-Transformer",
        drop_path={"SwinT": 0.1, "SwinS": 0.2, "SwinB": 0.2, "SwinL": 0.2},
        image_size=224,
        expected="85.2 (B), 86.3 % (L) on ImageNet-1k",
        **FINETUNE,
    ),
    Recipe(
        name="swin_22k_to_1k_384",
        source="configs/swin/*_384_22kto1k_finetune.yaml of microsoft/Swin-Transformer",
        drop_path={"SwinB": 0.2, "SwinL": 0.2},
        image_size=384,
        arguments={"window_size": 12},
        expected="86.4 (B), 87.3 % (L) on ImageNet-1k",
        notes=(WHOLE,),
        **FINETUNE,
    ),
    Recipe(
        name="swin_1k_to_384",
        source="configs/swin/*_384_finetune.yaml of microsoft/Swin-Transformer",
        drop_path={"SwinB": 0.5},
        image_size=384,
        arguments={"window_size": 12},
        expected="84.5 % on ImageNet-1k",
        notes=(WHOLE,),
        **FINETUNE,
    ),
)
