"""Tables 3 and 4 of https://arxiv.org/abs/2010.11929."""

from typing import Any

from keras_vit.training.recipes.row import Recipe

PAPER = "https://arxiv.org/abs/2010.11929"


def _pretrain(name: str, epochs: int, rate: float, decay: float, **others) -> Recipe:
    common: dict[str, Any] = {
        "schedule_name": "linear",
        "warmup_steps": 10_000,
        "image_size": 224,
        "notes": (
            "The paper writes Adam with weight decay: AdamW is our reading of it.",
            "The paper does not say where the rate ends: here at 0.",
        ),
    }
    return Recipe(
        name=name,
        paper=PAPER,
        source="table 3 and appendix B.1",
        base_batch=4096,
        learning_rate=rate,
        epochs=epochs,
        weight_decay=decay,
        **{**common, **others},
    )


PRETRAIN = (
    #                            epochs rate  decay
    _pretrain("vit_jft_b", 7, 8e-4, 0.1, dropout=0.0, global_clipnorm=0.0),
    _pretrain("vit_jft_l32", 7, 6e-4, 0.1, dropout=0.0, global_clipnorm=0.0),
    _pretrain("vit_jft_l16_7ep", 7, 4e-4, 0.1, dropout=0.0, global_clipnorm=0.0),
    _pretrain("vit_jft_l16_14ep", 14, 4e-4, 0.1, dropout=0.0, global_clipnorm=0.0),
    _pretrain("vit_jft_h14", 14, 3e-4, 0.1, dropout=0.0, global_clipnorm=0.0),
    _pretrain("vit_i21k_b", 90, 1e-3, 0.03, dropout=0.1, global_clipnorm=0.0),
    _pretrain("vit_i21k_l_30ep", 30, 1e-3, 0.03, dropout=0.1, global_clipnorm=0.0),
    _pretrain("vit_i21k_l_90ep", 90, 1e-3, 0.03, dropout=0.1, global_clipnorm=0.0),
    _pretrain(
        "vit_i1k",
        300,
        3e-3,
        0.3,
        dropout=0.1,
        global_clipnorm=1.0,
        schedule_name="cosine",
        notes=("The paper writes Adam with weight decay: AdamW is our reading of it.",),
    ),
)

CROPS = (
    "big_vision resizes to 448 pixels and crops 384 at random, of CIFAR alone; "
    "`image_batches` crops as its `resize` says."
)
SMALL_GRID = (0.001, 0.003, 0.01, 0.03)


def _finetune(
    name: str,
    steps: int,
    grid: tuple[float, ...],
    warmup: int | None,
    development: str | None,
    expected: str | None = None,
) -> Recipe:
    notes = [f"The grid is searched on a development set: {development}."]
    if warmup is not None:
        notes.append("The warm-up is that of transfer.py in big_vision.")
    return Recipe(
        name=name,
        paper=PAPER,
        source="table 4 and appendix B.1; configs/transfer.py of "
        "google-research/big_vision",
        base_batch=512,
        learning_rate=None if len(grid) > 1 else grid[0],
        learning_rate_grid=grid,
        optimizer_name="sgd",
        steps=steps,
        warmup_steps=warmup,
        weight_decay=0.0,
        global_clipnorm=1.0,
        image_size=384,
        expected=expected and f"{expected} % (AugReg B/32, by big_vision)",
        notes=tuple(notes if development else notes[1:]),
        not_here=(CROPS,) if "cifar" in name else (),
    )


IMAGENET_GRID = (0.003, 0.01, 0.03, 0.06)

# fmt: off
FINETUNE = (
    _finetune("vit_finetune_imagenet", 20_000, IMAGENET_GRID, 500, "1 % of training",
              "83.22 to 83.33"),
    _finetune("vit_finetune_cifar10", 10_000, SMALL_GRID, 500, "2 % of training",
              "98.46 to 98.60"),
    _finetune("vit_finetune_cifar100", 10_000, SMALL_GRID, 500, "2 % of training",
              "91.09 to 91.62"),
    _finetune("vit_finetune_pets", 500, SMALL_GRID, 100, "10 % of training",
              "93.62 to 94.00"),
    _finetune("vit_finetune_flowers", 500, SMALL_GRID, 100, "10 % of training",
              "99.42 to 99.45"),
    _finetune("vit_finetune_vtab", 2_500, (0.01,), None, None),
)
# fmt: on

VIT = (*PRETRAIN, *FINETUNE)
