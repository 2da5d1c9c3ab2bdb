"""MAE (https://arxiv.org/abs/2111.06377), from its own commands and their defaults.

Rates scale with the batch in a line, from 256 images.
"""

from typing import Any

from keras_vit.training.recipes.deit_rows import RAND_AUGMENT
from keras_vit.training.recipes.row import Recipe

COMMON: dict[str, Any] = {
    "paper": "https://arxiv.org/abs/2111.06377",
    "base_batch": 256,
    "scales": True,
    "weight_decay": 0.05,
    "global_clipnorm": 0.0,
    "image_size": 224,
}


def _pretrain(epochs: int, expected: str | None = None, hours: str = "") -> Recipe:
    return Recipe(
        name=f"mae_pretrain_{epochs}ep",
        source="PRETRAIN.md and main_pretrain.py of facebookresearch/mae",
        learning_rate=1.5e-4,
        beta_2=0.95,
        epochs=epochs,
        warmup_epochs=40,
        floor=0.0,
        drop_path=0.0,
        loss="masked",
        crop_area=(0.2, 1.0),
        arguments={"position_embedding": "sincos_2d"},
        expected=expected,
        notes=(
            "The model is `MaskedAutoencoder(encoder)`, whose defaults are the paper's:"
            " three quarters dropped, a decoder of 8 blocks, 512 wide, of 16 heads.",
            *((hours,) if hours else ()),
        ),
        not_here=(
            "The positions of the encoder begin as sines, or stay so, as built.",
        ),
        **COMMON,
    )


def _finetune(
    size: str,
    rate: float,
    decay: float,
    drop_path: float,
    epochs: int,
    expected: str,
    hours: str,
) -> Recipe:
    return Recipe(
        name=f"mae_finetune_{size}",
        source="FINETUNE.md and main_finetune.py of facebookresearch/mae",
        learning_rate=rate,
        layer_decay=decay,
        drop_path=drop_path,
        epochs=epochs,
        warmup_epochs=5,
        floor=1e-6,
        label_smoothing=0.1,
        rand_augment=(2, 9, 0.5),
        mixup=0.8,
        cutmix=1.0,
        erasing=0.25,
        arguments={"pooling": "avg", "norm_after_pooling": True},
        expected=f"{expected} % on ImageNet-1k",
        notes=(f"{hours} V100.",),
        not_here=(RAND_AUGMENT,),
        **COMMON,
    )


# fmt: off
MAE = (
    _pretrain(800, "85.5 % on ImageNet-1k, fine-tuned (ViT-L)",
              "About 42 hours on 64 V100 (ViT-L)."),
    _pretrain(1600),
    #               rate  layer drop epochs
    _finetune("b", 5e-4, 0.65, 0.1, 100, "83.57 ± 0.08", "7 h 11 min on 32"),
    _finetune("l", 1e-3, 0.75, 0.2, 50, "85.87 ± 0.07", "8 h 52 min on 32"),
    _finetune("h", 1e-3, 0.75, 0.3, 50, "86.928", "13 h 9 min on 64"),
)
# fmt: on
