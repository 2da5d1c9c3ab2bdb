"""DeiT (https://arxiv.org/abs/2012.12877), DeiT III (https://arxiv.org/abs/2204.07118).

A rate that scales with the batch does so from 512 images, in a line. The code has an
option for epochs at the last rate (`--cooldown-epochs`), and trains for none of them.
"""

import dataclasses

from keras_vit.training.recipes.row import Recipe

BY_EPOCH = "The rate changes with each epoch there, here with each step."
RAND_AUGMENT = "timm leaves out each operation of RandAugment at one half; here none."
REPEATED = "Repeated augmentation: each image three times in a batch."

BASE = Recipe(
    name="deit",
    paper="https://arxiv.org/abs/2012.12877",
    source="the defaults of main.py, and README_deit.md, of facebookresearch/deit",
    base_batch=512,
    learning_rate=5e-4,
    scales=True,
    warmup_in_cosine=True,
    epochs=300,
    warmup_epochs=5,
    warmup_start=1e-6,
    floor=1e-5,
    weight_decay=0.05,
    drop_path=0.1,
    global_clipnorm=0.0,
    label_smoothing=0.1,
    rand_augment=(2, 9, 0.5),
    mixup=0.8,
    cutmix=1.0,
    erasing=0.25,
    image_size=224,
    ema=0.99996,
    expected="72.2 (Ti/16), 79.9 (S/16), 81.8 % (B/16) on ImageNet-1k",
    notes=(
        "The averages: `EMA(0.99996, warmup=False)` among the callbacks of `fit`.",
        "Its color jitter is left out there, as there is RandAugment.",
    ),
    not_here=(REPEATED, RAND_AUGMENT, BY_EPOCH),
)
DEIT = (
    BASE,
    dataclasses.replace(
        BASE,
        name="deit_384",
        source="a command in README_deit.md of facebookresearch/deit, and the defaults",
        learning_rate=5e-6,
        epochs=30,
        floor=5e-6,
        weight_decay=1e-8,
        image_size=384,
        expected="82.9 % on ImageNet-1k (B/16)",
        notes=(*BASE.notes, "Peak and floor are one number: the rate stays."),
    ),
    Recipe(
        name="deit_3",
        paper="https://arxiv.org/abs/2204.07118",
        source="the commands for ImageNet-1k in README_revenge.md of "
        "facebookresearch/deit",
        base_batch=2048,
        learning_rate=3e-3,
        learning_rate_grid=(3e-3, 4e-3),
        optimizer_name="lamb",
        warmup_in_cosine=True,
        epochs=800,
        warmup_epochs=5,
        warmup_start=1e-6,
        floor=1e-5,
        weight_decay=0.05,
        drop_path={"ViTS16": 0.05, "ViTB16": 0.2, "ViTL16": 0.45, "ViTH14": 0.6},
        global_clipnorm=0.0,
        loss="sigmoid",
        label_smoothing=0.0,
        mixup=0.8,
        cutmix=1.0,
        erasing=0.0,
        expected="81.4 (S/16), 83.8 (B/16), 84.9 (L/16), 85.2 % (H/14) on ImageNet-1k",
        notes=(
            "S has a rate of 4e-3, the others of 3e-3.",
            "The rate is absolute, and does not scale with the batch.",
            "S trains at 224 pixels, B and L at 192, H at 160; these three are then "
            "fine-tuned at 224 for 20 epochs.",
        ),
        not_here=(
            "ThreeAugment: one of gray, solarize and blur for each image, and color "
            "jitter.",
            REPEATED,
            BY_EPOCH,
            "LAMB decays weights within its trust ratio, Keras's beside it.",
        ),
    ),
)
