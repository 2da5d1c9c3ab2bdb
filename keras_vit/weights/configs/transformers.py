"""config.json of Hugging Face transformers: ViT, DeiT, MAE, DINOv2 and Swin.

https://huggingface.co/docs/transformers/model_doc/vit#transformers.ViTConfig and the
pages of the others. What a file leaves out is the library's default.
"""

from typing import Any

from keras_vit.arguments import integer, integers, number, pair
from keras_vit.weights.configs.facts import Facts

# The model_type of each, and what is so unless the file tells otherwise.
VITS: dict[str, dict[str, Any]] = {
    "vit": {"image_size": 224, "patch_size": 16},
    "vit_mae": {"image_size": 224, "patch_size": 16},
    "deit": {"image_size": 224, "patch_size": 16},
    "dinov2": {"image_size": 224, "patch_size": 14, "layerscale_value": 1.0},
    "dinov2_with_registers": {
        "image_size": 224,
        "patch_size": 14,
        "layerscale_value": 1.0,
        "num_register_tokens": 4,
    },
}
VIT = {
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "mlp_ratio": 4,
}
SWIN = {
    "image_size": 224,
    "patch_size": 4,
    "embed_dim": 96,
    "depths": (2, 2, 6, 2),
    "num_heads": (3, 6, 12, 24),
    "window_size": 7,
}
EXACT_GELU = ("gelu", "gelu_python")


def read(config: dict) -> Facts | None:
    """Read a configuration; None where it is of a model of another kind.

    Raises:
        ValueError: If it is of a related model that is not built here, or broken.
    """
    kind = config.get("model_type")
    if kind != "swin" and kind not in VITS:
        return None
    activation = config.get("hidden_act", "gelu")
    if activation not in EXACT_GELU:
        raise ValueError(f"it has the activation {activation!r}; here it is exact GELU")
    if config.get("use_swiglu_ffn") is True:
        raise ValueError("it has gated (SwiGLU) MLPs, which are not built here")
    return read_swin(SWIN | config) if kind == "swin" else read_vit(kind, config)


def read_vit(kind: str, config: dict) -> Facts:
    """Read a ViT."""
    config = VIT | VITS[kind] | config
    width = integer(config["hidden_size"], "hidden_size")
    mlp_dim = config.get("intermediate_size", width * config["mlp_ratio"])
    build: dict[str, Any] = {}
    if "layerscale_value" in VITS[kind]:
        build["layer_scale_init"] = number(
            config["layerscale_value"], "layerscale_value"
        )
    if "num_register_tokens" in VITS[kind]:
        count = integer(config["num_register_tokens"], "num_register_tokens", 0)
        build["num_register_tokens"] = count
    if kind == "deit":  # its distillation token stands where a register stands
        build["num_register_tokens"] = 1
    return Facts(
        family="ViT",
        sizes={
            "hidden_dim": width,
            "num_layers": integer(config["num_hidden_layers"], "num_hidden_layers"),
            "num_heads": integer(config["num_attention_heads"], "num_attention_heads"),
            "mlp_dim": integer(int(mlp_dim), "intermediate_size"),
        },
        patch_size=pair(config["patch_size"], "patch_size"),
        build=build,
        image_size=pair(config["image_size"], "image_size"),
        classes=count_classes(config),
    )


def read_swin(config: dict) -> Facts:
    """Read a Swin."""
    build: dict[str, Any] = {"window_size": pair(config["window_size"], "window_size")}
    if config.get("use_absolute_embeddings") is True:
        build["absolute_position_embedding"] = True
    return Facts(
        family="Swin",
        sizes={
            "hidden_dim": integer(config["embed_dim"], "embed_dim"),
            "depths": integers(config["depths"], "depths"),
            "num_heads": integers(config["num_heads"], "num_heads"),
        },
        patch_size=pair(config["patch_size"], "patch_size"),
        build=build,
        image_size=pair(config["image_size"], "image_size"),
        classes=count_classes(config),
    )


def count_classes(config: dict) -> int | None:
    """Outputs of the classifier; 0 where the architecture has none."""
    architecture = str((config.get("architectures") or ["?"])[0])
    if "ForImageClassification" not in architecture:
        return None if architecture == "?" else 0
    labels = config.get("id2label")
    if isinstance(labels, dict) and labels:
        return len(labels)
    return integer(config.get("num_labels", 2), "num_labels")
