"""config.json of timm: the name of an architecture, and what it was trained with.

https://huggingface.co/docs/timm/hf_hub. Sizes stand in the name, as in
"vit_small_patch14_reg4_dinov2"; `model_args` change what the name says.
"""

import re
from typing import Any

from keras_vit.arguments import integer, integers, number, pair
from keras_vit.models.variants import SWIN_VARIANTS, VIT_VARIANTS
from keras_vit.weights.configs.facts import Facts, channels_of

OF_THIS_SIZE = {"tiny": "ViTTi16", "small": "ViTS16", "base": "ViTB16",
                "large": "ViTL16", "huge": "ViTH14"}  # fmt: skip
SWINS = {"tiny": "SwinT", "small": "SwinS", "base": "SwinB", "large": "SwinL"}
VIT = re.compile(
    r"(?P<kind>vit|deit|deit3)_(?P<size>tiny|small|base|large|huge)_"
    r"(?P<distilled>distilled_)?patch(?P<patch>\d+)(_reg(?P<registers>\d+))?"
    r"(_(?P<pixels>\d+))?(?P<dinov2>_dinov2)?(_(sam|dino|mae|in21k))?"
)
FLEXIVIT = re.compile(r"(?P<kind>flexivit)_(?P<size>small|base|large)")
SWIN = re.compile(
    r"swin_(?P<size>tiny|small|base|large)_patch(?P<patch>\d+)"
    r"_window(?P<window>\d+)_(?P<pixels>\d+)"
)
# Where each kind's layer scale begins, which is what makes it one.
LAYER_SCALE = {"dinov2": 1e-5, "deit3": 1e-6}


def read(config: dict) -> Facts | None:
    """Read a configuration; None where the architecture is not one that is built here.

    Raises:
        ValueError: If a value is broken.
    """
    name = str(config.get("architecture"))
    arguments = config.get("model_args") or {}
    trained = config.get("pretrained_cfg") or config
    vit, swin = VIT.fullmatch(name) or FLEXIVIT.fullmatch(name), SWIN.fullmatch(name)
    if vit:
        sizes, patch, build = read_vit(vit.groupdict(), arguments)
    elif swin:
        sizes, patch, build = read_swin(swin.groupdict(), arguments)
    else:
        return None
    size = arguments.get("img_size") or trained.get("input_size", (3, 224, 224))[1:]
    classes = config.get("num_classes", trained.get("num_classes"))
    return Facts(
        family="ViT" if vit else "Swin",
        sizes=sizes,
        patch_size=pair(patch, "patch_size"),
        build=build | read_pooling(config, arguments, vit is not None),
        image_size=pair(size, "img_size"),
        classes=None if classes is None else integer(classes, "num_classes", 0),
        mean_std=channels_of(trained.get("mean"), trained.get("std")),
    )


def read_vit(name: dict, arguments: dict) -> tuple[dict, Any, dict]:
    """Sizes, patch and other arguments of a ViT."""
    row = VIT_VARIANTS[OF_THIS_SIZE[name["size"]]]
    width = integer(arguments.get("embed_dim", row.hidden_dim), "embed_dim")
    mlp_dim = row.mlp_dim * width // row.hidden_dim
    if "mlp_ratio" in arguments:
        mlp_dim = int(number(arguments["mlp_ratio"], "mlp_ratio") * width)
    sizes = {
        "hidden_dim": width,
        "num_layers": integer(arguments.get("depth", row.num_layers), "depth"),
        "num_heads": integer(arguments.get("num_heads", row.num_heads), "num_heads"),
        "mlp_dim": mlp_dim,
    }
    kind = "dinov2" if name.get("dinov2") else name["kind"]
    build: dict[str, Any] = {}
    scale = arguments.get("init_values", LAYER_SCALE.get(kind))
    if scale is not None:
        build["layer_scale_init"] = number(scale, "init_values")
    registers = arguments.get("reg_tokens", name.get("registers") or 0)
    registers = integer(int(registers), "reg_tokens", 0) + bool(name.get("distilled"))
    if registers:
        build["num_register_tokens"] = registers
    if arguments.get("class_token") is False:
        build["class_token"] = False
    return sizes, arguments.get("patch_size", int(name.get("patch") or 16)), build


def read_swin(name: dict, arguments: dict) -> tuple[dict, Any, dict]:
    """Sizes, patch and other arguments of a Swin."""
    row = SWIN_VARIANTS[SWINS[name["size"]]]
    sizes = {
        "hidden_dim": integer(arguments.get("embed_dim", row.hidden_dim), "embed_dim"),
        "depths": integers(arguments.get("depths", row.depths), "depths"),
        "num_heads": integers(arguments.get("num_heads", row.num_heads), "num_heads"),
    }
    window = arguments.get("window_size", int(name["window"]))
    build = {"window_size": pair(window, "window_size")}
    return sizes, arguments.get("patch_size", int(name["patch"])), build


def read_pooling(config: dict, arguments: dict, vit: bool) -> dict:
    """A ViT that pools the mean norms it, unless told otherwise, after pooling."""
    pooling = arguments.get("global_pool", config.get("global_pool"))
    if not vit or pooling != "avg":
        return {}
    return {
        "pooling": "avg",
        "norm_after_pooling": arguments.get("fc_norm") is not False,
    }
