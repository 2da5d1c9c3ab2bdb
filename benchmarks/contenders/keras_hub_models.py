"""KerasHub (https://github.com/keras-team/keras-hub)."""

from benchmarks.cells import CLASSES, IMAGE_SIZE
from benchmarks.contenders.sizes import SWIN_T, VIT

NAME = "KerasHub"
DISTRIBUTION = "keras-hub"
BACKENDS = ("tensorflow", "jax", "torch")
MODELS = ("ViTS16", "ViTB16", "SwinT")
IMAGE_SHAPE = (IMAGE_SIZE, IMAGE_SIZE, 3)


def build(model: str):
    import keras_hub

    if model == "SwinT":
        backbone = keras_hub.models.SwinTransformerBackbone(
            image_shape=IMAGE_SHAPE, drop_path=0.0, **SWIN_T
        )
        return keras_hub.models.SwinTransformerImageClassifier(
            backbone=backbone, num_classes=CLASSES
        )
    hidden_dim, layers, heads, mlp_dim = VIT[model]
    backbone = keras_hub.models.ViTBackbone(
        image_shape=IMAGE_SHAPE,
        patch_size=16,
        num_layers=layers,
        num_heads=heads,
        hidden_dim=hidden_dim,
        mlp_dim=mlp_dim,
    )
    return keras_hub.models.ViTImageClassifier(backbone=backbone, num_classes=CLASSES)
