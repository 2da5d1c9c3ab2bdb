"""Layer-wise decay of the learning rate: early blocks of a trained model move less.

ELECTRA (https://arxiv.org/abs/2003.10555) and BEiT (https://arxiv.org/abs/2106.08254).
"""

import re

import keras

from keras_vit.arguments import check_choice, is_number
from keras_vit.layers.freezing import inner_layers

BLOCK = re.compile(r"encoder_block_\d+|stage_\d+_block_\d+")
MERGING = re.compile(r"stage_\d+_patch_merging")
STEM = {
    "patch_embedding",
    "patch_norm",
    "class_token",
    "register_tokens",
    "position_embedding",
}


def learning_rate_scales(
    model: keras.Model, layer_decay: float = 0.75, convention: str = "timm"
) -> dict[str, float]:
    """What part of the learning rate each variable gets, by its depth.

    The head gets all of it, and each group below `layer_decay` times what is above it:
    the blocks from the last to the first, then the stem, which is patch embedding,
    tokens and positions. Codes differ in what lies between:

    | Part | `"timm"` | `"beit"` (BEiT, MAE, SimMIM) |
    |---|---|---|
    | final norm | with the last block | with the head |
    | norm after pooling | with the head | with the head |
    | Swin's merging | with the block after it | with the block before it |

    Args:
        model: a ViT or Swin of this package, or a functional model around one: what is
            no part of it counts as the head.
        layer_decay: float above 0, at most 1.
        convention: `"timm"` or `"beit"`.

    Returns:
        {path: scale} of the variables that are trained, for
        `AdamW(learning_rate_scales=...)`.

    Raises:
        ValueError: if the model has no blocks of ours, or an argument is not one of the
            above.

    Example:

    ```python
    import keras_vit

    model = keras_vit.ViTTi16(input_shape=(32, 32, 3), classes=5)
    scales = keras_vit.training.learning_rate_scales(model, layer_decay=0.75)
    assert scales["head/kernel"] == 1
    assert scales["encoder_block_11/attention/query/kernel"] == 0.75
    optimizer = keras_vit.training.AdamW(1e-3, learning_rate_scales=scales)
    ```
    """
    check_choice("convention", convention, ("timm", "beit"))
    if not is_number(layer_decay) or not 0 < float(layer_decay) <= 1:
        raise ValueError(
            "`layer_decay` should be above 0 and at most 1, as in 0.75. Received: "
            f"layer_decay={layer_decay!r}"
        )
    paths = [v.path for v in model.weights]  # blocks count when they are frozen, too
    blocks = _numbered({name for p in paths if (name := _layer(p, BLOCK))})
    if not blocks:
        raise ValueError(
            "`model` should be a ViT or a Swin of this package, whose blocks are named "
            "encoder_block_0 or stage_0_block_0. Received: a model with variables "
            f"{paths[:3]} and so on."
        )
    head = len(blocks) + 1
    after_pooling = _norm_is_after_pooling(model)
    norm = head if convention == "beit" or after_pooling else head - 1
    return {
        v.path: float(layer_decay) ** (head - _group(v.path, blocks, norm, convention))
        for v in model.trainable_variables
    }


def _group(path, blocks, norm, convention) -> int:
    """0 for the stem, block i's is i + 1, the head's the last."""
    block, merging = _layer(path, BLOCK), _layer(path, MERGING)
    if block:
        return blocks[block]
    if merging:  # before a stage's first block
        after = blocks[f"{merging.removesuffix('patch_merging')}block_0"]
        return after if convention == "timm" else after - 1
    if is_of_the_head(path):
        return len(blocks) + 1
    return norm if "norm" in path.split("/") else 0


def is_of_the_head(path: str) -> bool:
    """Whether a variable is no part of the encoder, by its path."""
    if _layer(path, BLOCK) or _layer(path, MERGING):
        return False
    return not (STEM | {"norm"}) & set(path.split("/"))


def _layer(path, pattern) -> str | None:
    """The part of a variable's path that names such a layer."""
    return next((part for part in path.split("/") if pattern.fullmatch(part)), None)


def _numbered(names) -> dict[str, int]:
    """Blocks from 1, by stage and place in it."""
    order = sorted(names, key=lambda name: [int(n) for n in re.findall(r"\d+", name)])
    return {name: number for number, name in enumerate(order, start=1)}


def _norm_is_after_pooling(model) -> bool:
    names = [
        layer.name
        for _, layer, around in inner_layers(model)
        if isinstance(around, keras.Model)
    ]
    if "norm" not in names or "pooling" not in names:
        return False
    return names.index("pooling") < names.index("norm")
