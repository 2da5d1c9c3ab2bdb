"""ZeroModels (https://pypi.org/project/zeromodels/)."""

from benchmarks.cells import CLASSES, IMAGE_SIZE
from benchmarks.contenders.sizes import SWIN_T, VIT

NAME = "ZeroModels"
DISTRIBUTION = "zeromodels"
BACKENDS = ("tensorflow", "jax", "torch")
MODELS = ("ViTS16", "ViTB16", "SwinT")


def build(model: str):
    from zeromodels.models.swin import SwinImageClassify
    from zeromodels.models.vit import ViTImageClassify

    common = {
        "image_size": IMAGE_SIZE,
        "num_classes": CLASSES,
        "classifier_activation": "linear",
    }
    if model == "SwinT":
        return SwinImageClassify(drop_path_rate=0.0, **SWIN_T, **common)
    hidden_dim, layers, heads, mlp_dim = VIT[model]
    return ViTImageClassify(
        patch_size=16,
        embed_dim=hidden_dim,
        depth=layers,
        num_heads=heads,
        mlp_ratio=mlp_dim / hidden_dim,
        **common,
    )
