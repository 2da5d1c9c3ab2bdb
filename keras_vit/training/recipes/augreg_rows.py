"""How to train your ViT (https://arxiv.org/abs/2106.10270), on ImageNet-1k."""

import dataclasses

from keras_vit.training.recipes.row import Recipe

PAPER = "https://arxiv.org/abs/2106.10270"
MIXUP = (
    "MixUp takes the greater of weight and 1 - weight, one for a batch, and the image "
    "before as partner; here it is that of `keras.layers.MixUp`."
)
BIAS = (
    "The head's bias begins at -6.9: model.get_layer('head').bias.assign("
    "keras.ops.full_like(model.get_layer('head').bias, -6.9))"
)
CHOSEN = {
    "light1": "The paper's choice for Ti/16 on ImageNet-1k; S/16 on 21k.",
    "light2": "The paper's choice for B on ImageNet-21k.",
    "medium1": "The paper's choice for S/32 on ImageNet-1k.",
    "medium2": "The paper's choice for all but Ti/16, S/32 on 1k; L on 21k.",
    "none": "The paper's choice for Ti and S/32 on ImageNet-21k.",
}
STRENGTHS = {
    #          RandAugment mixup
    "none": (None, 0.0),
    "light1": ((2, 0), 0.0),
    "light2": ((2, 10), 0.2),
    "medium1": ((2, 15), 0.2),
    "medium2": ((2, 15), 0.5),
    "strong1": ((2, 20), 0.5),
    "strong2": ((2, 20), 0.8),
}


def _row(name: str, rand_augment: tuple[int, float] | None, mixup: float) -> Recipe:
    not_here = ["The layer before the head (rep_size) is not there.", BIAS]
    if mixup:
        not_here.append(MIXUP)
    if rand_augment and rand_augment[1] > 10:
        not_here.append(
            f"RandAugment's magnitude is {rand_augment[1]:g}; that of keras_vit.data "
            "ends at 10, which is taken, with a warning."
        )
    return Recipe(
        name=f"augreg_{name}",
        paper=PAPER,
        source="configs/vit_i1k.py of google-research/big_vision",
        base_batch=4096,
        learning_rate=1e-3,
        epochs=300,
        warmup_steps=10_000,
        # 1e-4 there is not multiplied by the learning rate of 1e-3, here it is
        weight_decay=0.1,
        global_clipnorm=1.0,
        loss="summed_sigmoid",
        rand_augment=rand_augment,
        mixup=mixup,
        image_size=224,
        notes=(CHOSEN[name],) if name in CHOSEN else (),
        not_here=tuple(not_here),
    )


ROWS = {name: _row(name, *strength) for name, strength in STRENGTHS.items()}
S16 = dataclasses.replace(
    ROWS["light2"],
    name="augreg_s16_90ep",
    paper="https://arxiv.org/abs/2205.01580",
    source="configs/vit_s16_i1k.py of google-research/big_vision",
    base_batch=1024,
    epochs=90,
    loss="softmax",
    arguments={"pooling": "avg", "position_embedding": "sincos_2d"},
    expected="76.5 % on ImageNet-1k (ViT-S/16)",
    notes=("6 to 7 hours on a TPU-v3-8.",),
    not_here=("The layer before the head (rep_size) is not there.", MIXUP),
)
AUGREG = (*ROWS.values(), S16)
