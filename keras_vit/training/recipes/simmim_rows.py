"""SimMIM (https://arxiv.org/abs/2111.09886), from config.py and configs of its code.

Peak, start and floor scale with the batch in a line, from 512 images.
"""

from typing import Any

from keras_vit.training.recipes.deit_rows import RAND_AUGMENT
from keras_vit.training.recipes.row import Recipe

COMMON: dict[str, Any] = {
    "paper": "https://arxiv.org/abs/2111.09886",
    "base_batch": 512,
    "scales": True,
    "floor_scales": True,
    "warmup_in_cosine": True,
    "weight_decay": 0.05,
    "global_clipnorm": 5.0,
}
PRETRAIN: dict[str, Any] = {
    **COMMON,
    "warmup_epochs": 10,
    "loss": "masked",
    "crop_area": (0.67, 1.0),
    "notes": (
        "The model is `SimMIM(encoder)`, whose defaults are the paper's: blocks of 32 "
        "pixels, of which 60 % are hidden.",
        "Images are normalized by IMAGENET_MEAN and IMAGENET_STD: pass `mean`, `std`.",
    ),
}
FINETUNE: dict[str, Any] = {
    **COMMON,
    "learning_rate": 1.25e-3,
    "epochs": 100,
    "warmup_epochs": 20,
    "warmup_start": 2.5e-7,
    "floor": 2.5e-7,
    "drop_path": 0.1,
    "label_smoothing": 0.1,
    "rand_augment": (2, 9, 0.5),
    "mixup": 0.8,
    "cutmix": 1.0,
    "erasing": 0.25,
    "image_size": 224,
    "not_here": (RAND_AUGMENT,),
}
SWIN_B = "configs/swin_base__100ep/simmim_{}__*.yaml of microsoft/SimMIM"
VIT_B = "configs/vit_base__800ep/simmim_{}__*.yaml of microsoft/SimMIM"
VIT: dict[str, Any] = {"position_embedding": "relative", "layer_scale_init": 0.1}

SIMMIM = (
    Recipe(
        name="simmim_pretrain_swin_b",
        source=SWIN_B.format("pretrain"),
        learning_rate=2e-4,
        epochs=100,
        warmup_start=1e-6,
        floor=1e-5,
        drop_path=0.0,
        image_size=192,
        arguments={"window_size": 6},
        **PRETRAIN,
    ),
    Recipe(
        name="simmim_finetune_swin_b",
        source=SWIN_B.format("finetune"),
        layer_decay=0.9,
        arguments={"window_size": 7},
        expected="83.5 % on ImageNet-1k",
        **FINETUNE,
    ),
    Recipe(
        name="simmim_pretrain_vit_b",
        source=VIT_B.format("pretrain"),
        learning_rate=1e-4,
        schedule_name="multistep",
        drop_epochs=(700,),
        epochs=800,
        warmup_start=5e-7,
        drop_path=0.1,
        image_size=224,
        arguments=VIT,
        not_here=("There all blocks share one table of relative positions.",),
        **PRETRAIN,
    ),
    Recipe(
        name="simmim_finetune_vit_b",
        source=VIT_B.format("finetune"),
        layer_decay=0.65,
        arguments={**VIT, "pooling": "avg", "norm_after_pooling": True},
        expected="83.8 % on ImageNet-1k",
        **FINETUNE,
    ),
)
