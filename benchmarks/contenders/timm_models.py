"""timm (https://github.com/huggingface/pytorch-image-models)."""

from benchmarks.cells import CLASSES

NAME = "timm"
DISTRIBUTION = "timm"
BACKENDS = ("torch",)
MODELS = {
    "ViTS16": "vit_small_patch16_224",
    "ViTB16": "vit_base_patch16_224",
    "SwinT": "swin_tiny_patch4_window7_224",
}


def build(model: str):
    import timm

    return timm.create_model(
        MODELS[model], pretrained=False, num_classes=CLASSES, drop_path_rate=0.0
    )
