"""The published sizes: one row a variant.

ViT: Table 1 of https://arxiv.org/abs/2010.11929 (Base, Large, Huge), Table 2 of
https://arxiv.org/abs/2106.10270 (Tiny, Small); patch 14 with layer scale:
https://arxiv.org/abs/2304.07193. Swin: section 3.3 of
https://arxiv.org/abs/2103.14030.
"""

from typing import NamedTuple


class ViTVariant(NamedTuple):
    """A row: the arguments of `VisionTransformer` that make a variant."""

    patch_size: int
    hidden_dim: int
    num_layers: int
    num_heads: int
    mlp_dim: int
    image_size: int = 224
    layer_scale_init: float | None = None


class SwinVariant(NamedTuple):
    """A row: the arguments of `SwinTransformer` that make a variant."""

    hidden_dim: int
    depths: tuple[int, ...]
    num_heads: tuple[int, ...]
    patch_size: int = 4
    window_size: int = 7
    image_size: int = 224


VIT_VARIANTS = {
    #                     patch   D  layers heads MLP
    "ViTTi16": ViTVariant(16, 192, 12, 3, 768),
    "ViTS16": ViTVariant(16, 384, 12, 6, 1536),
    "ViTS32": ViTVariant(32, 384, 12, 6, 1536),
    "ViTB8": ViTVariant(8, 768, 12, 12, 3072),
    "ViTB16": ViTVariant(16, 768, 12, 12, 3072),
    "ViTB32": ViTVariant(32, 768, 12, 12, 3072),
    "ViTL16": ViTVariant(16, 1024, 24, 16, 4096),
    "ViTL32": ViTVariant(32, 1024, 24, 16, 4096),
    "ViTH14": ViTVariant(14, 1280, 32, 16, 5120),
    # DINOv2 pretrains at 518 pixels.
    "ViTS14": ViTVariant(14, 384, 12, 6, 1536, 518, 1e-5),
    "ViTB14": ViTVariant(14, 768, 12, 12, 3072, 518, 1e-5),
    "ViTL14": ViTVariant(14, 1024, 24, 16, 4096, 518, 1e-5),
}

SWIN_VARIANTS = {
    #                    C    depths         heads
    "SwinT": SwinVariant(96, (2, 2, 6, 2), (3, 6, 12, 24)),
    "SwinS": SwinVariant(96, (2, 2, 18, 2), (3, 6, 12, 24)),
    "SwinB": SwinVariant(128, (2, 2, 18, 2), (4, 8, 16, 32)),
    "SwinL": SwinVariant(192, (2, 2, 18, 2), (6, 12, 24, 48)),
}
