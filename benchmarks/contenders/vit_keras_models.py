"""vit-keras (https://github.com/faustomorales/vit-keras)."""

from benchmarks.cells import CLASSES, IMAGE_SIZE
from benchmarks.contenders.sizes import VIT

NAME = "vit-keras"
DISTRIBUTION = "vit-keras"
REQUIREMENTS = ("vit-keras", "opencv-python-headless")  # it imports cv2 unasked
BACKENDS = ("tensorflow", "jax", "torch")
MODELS = ("ViTS16", "ViTB16")


def build(model: str):
    from vit_keras import vit

    hidden_dim, layers, heads, mlp_dim = VIT[model]
    return vit.build_model(
        image_size=IMAGE_SIZE,
        patch_size=16,
        num_layers=layers,
        hidden_size=hidden_dim,
        num_heads=heads,
        name=model,
        mlp_dim=mlp_dim,
        classes=CLASSES,
        dropout=0.0,
    )
