"""torchvision (https://github.com/pytorch/vision)."""

from benchmarks.cells import CLASSES

NAME = "torchvision"
DISTRIBUTION = "torchvision"
BACKENDS = ("torch",)
MODELS = {"ViTB16": "vit_b_16", "SwinT": "swin_t"}


def build(model: str):
    from torchvision import models, ops

    built = getattr(models, MODELS[model])(weights=None, num_classes=CLASSES)
    for module in built.modules():
        if isinstance(module, ops.StochasticDepth):
            module.p = 0.0
    return built
