"""transformers (https://github.com/huggingface/transformers)."""

from benchmarks.cells import CLASSES
from benchmarks.contenders.sizes import SWIN_T, VIT

NAME = "transformers"
DISTRIBUTION = "transformers"
BACKENDS = ("torch",)
MODELS = ("ViTS16", "ViTB16", "SwinT")


def build(model: str):
    import transformers

    if model == "SwinT":
        config = transformers.SwinConfig(
            num_labels=CLASSES, drop_path_rate=0.0, **SWIN_T
        )
        return transformers.SwinForImageClassification(config)
    hidden_dim, layers, heads, mlp_dim = VIT[model]
    config = transformers.ViTConfig(
        hidden_size=hidden_dim,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=mlp_dim,
        num_labels=CLASSES,
    )
    return transformers.ViTForImageClassification(config)
