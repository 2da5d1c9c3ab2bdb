"""The models' sizes, for libraries that take them as numbers."""

# D, layers, heads, MLP
VIT = {"ViTS16": (384, 12, 6, 1536), "ViTB16": (768, 12, 12, 3072)}

SWIN_T = {
    "embed_dim": 96,
    "depths": (2, 2, 6, 2),
    "num_heads": (3, 6, 12, 24),
    "window_size": 7,
}
