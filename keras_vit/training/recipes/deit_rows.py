"""DeiT (https://arxiv.org/abs/2012.12877), DeiT III (https://arxiv.org/abs/2204.07118).

A rate that scales with the batch does so from 512 images, in a line.
"""

from keras_vit.training.recipes.row import Recipe

BY_EPOCH = "The rate changes with each epoch there, here with each step."
RAND_AUGMENT = "timm leaves out each operation of RandAugment at one half; here none."

DEIT = (
    Recipe(
        name="deit",
        paper="https://arxiv.org/abs/2012.12877",
        source="the defaults of facebookresearch/deit",
        base_batch=512,
        learning_rate=5e-4,
        scales=True,
        warmup_in_cosine=True,
        epochs=300,
        cooldown_epochs=10,
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
        ema=0.99996,
        notes=(
            "The averages: `EMA(0.99996, warmup=False)` among the callbacks of `fit`.",
            "Its colour jitter of .3 is left out there, as there is RandAugment.",
        ),
        not_here=(
            "Repeated augmentation: each image three times in a batch.",
            RAND_AUGMENT,
            BY_EPOCH,
        ),
    ),
    Recipe(
        name="deit_384",
        paper="https://arxiv.org/abs/2012.12877",
        source="the fine-tuning command of facebookresearch/deit",
        base_batch=512,
        learning_rate=5e-6,
        scales=True,
        warmup_in_cosine=True,
        epochs=30,
        floor=5e-6,
        weight_decay=1e-8,
        image_size=384,
        not_here=(BY_EPOCH,),
    ),
    Recipe(
        name="deit_3",
        paper="https://arxiv.org/abs/2204.07118",
        source="the commands of facebookresearch/deit, README_revenge.md",
        base_batch=2048,
        learning_rate=3e-3,
        learning_rate_grid=(3e-3, 4e-3),
        optimizer_name="lamb",
        warmup_epochs=5,
        weight_decay=0.05,
        drop_path={"ViTS16": 0.05, "ViTB16": 0.2, "ViTL16": 0.45, "ViTH14": 0.6},
        loss="sigmoid",
        label_smoothing=0.0,
        mixup=0.8,
        notes=(
            "The commands have rates from 3e-3 to 4e-3: the lowest is taken.",
            "The rate is absolute, and does not scale with the batch.",
        ),
        not_here=(
            "ThreeAugment: one of gray, solarize and blur for each image.",
            "LAMB decays weights within its trust ratio, Keras's beside it.",
        ),
    ),
)
