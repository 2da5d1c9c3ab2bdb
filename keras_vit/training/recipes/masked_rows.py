"""MAE (https://arxiv.org/abs/2111.06377) and SimMIM (https://arxiv.org/abs/2111.09886).

Rates scale with the batch in a line: MAE's from 256 images, SimMIM's from 512.
"""

from typing import Any

from keras_vit.training.recipes.row import Recipe

MAE: dict[str, Any] = {
    "paper": "https://arxiv.org/abs/2111.06377",
    "base_batch": 256,
    "scales": True,
    "weight_decay": 0.05,
}
SIMMIM: dict[str, Any] = {
    "paper": "https://arxiv.org/abs/2111.09886",
    "base_batch": 512,
    "scales": True,
    "floor_scales": True,
    "warmup_in_cosine": True,
    "weight_decay": 0.05,
}


def _mae(epochs: int) -> Recipe:
    return Recipe(
        name=f"mae_pretrain_{epochs}ep",
        source="PRETRAIN.md of facebookresearch/mae",
        learning_rate=1.5e-4,
        beta_2=0.95,
        epochs=epochs,
        warmup_epochs=40,
        floor=0.0,
        drop_path=0.0,
        loss="masked",
        crop_area=(0.2, 1.0),
        arguments={"position_embedding": "sincos_2d"},
        notes=(
            "The model is `MaskedAutoencoder(encoder)`, whose defaults are the paper's:"
            " three quarters dropped, a decoder of 8 blocks, 512 wide, of 16 heads.",
        ),
        not_here=(
            "The positions of the encoder begin as sines, or stay so, as built.",
        ),
        **MAE,
    )


def _mae_finetune(
    size: str, rate: float, decay: float, drop_path: float, epochs: int, **others
) -> Recipe:
    return Recipe(
        name=f"mae_finetune_{size}",
        source="FINETUNE.md of facebookresearch/mae",
        learning_rate=rate,
        layer_decay=decay,
        drop_path=drop_path,
        epochs=epochs,
        warmup_epochs=5,
        mixup=0.8,
        cutmix=1.0,
        erasing=0.25,
        arguments={"pooling": "avg", "norm_after_pooling": True},
        **others,
        **MAE,
    )


B = "83.57 ± 0.08 % on ImageNet-1k, over 4 seeds"

MASKED = (
    _mae(800),
    _mae(1600),
    #                 rate  layer drop epochs
    _mae_finetune("b", 5e-4, 0.65, 0.1, 100, expected=B),
    _mae_finetune("l", 1e-3, 0.75, 0.2, 50),
    _mae_finetune("h", 1e-3, 0.75, 0.3, 50),
    Recipe(
        name="simmim_pretrain_swin_b",
        source="configs/swin_base__100ep of microsoft/SimMIM",
        learning_rate=2e-4,
        epochs=100,
        warmup_epochs=10,
        warmup_start=1e-6,
        floor=1e-5,
        drop_path=0.0,
        loss="masked",
        crop_area=(0.67, 1.0),
        image_size=192,
        arguments={"window_size": 6},
        notes=(
            "The model is `SimMIM(encoder)`, whose defaults are the paper's: blocks of "
            "32 pixels, of which 60 % are hidden.",
            "Images are normalized by IMAGENET_MEAN and IMAGENET_STD: pass `mean`, "
            "`std`.",
        ),
        **SIMMIM,
    ),
    Recipe(
        name="simmim_finetune_swin_b",
        source="configs/swin_base__100ep of microsoft/SimMIM",
        learning_rate=1.25e-3,
        warmup_epochs=20,
        drop_path=0.1,
        layer_decay=0.9,
        image_size=224,
        arguments={"window_size": 7},
        expected="83.5 % on ImageNet-1k",
        **SIMMIM,
    ),
)
