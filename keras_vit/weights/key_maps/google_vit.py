"""Google's .npz: vision_transformer (AugReg, SAM, the original) and big_vision.

https://github.com/google-research/vision_transformer,
https://github.com/google-research/big_vision. Two numberings of the sublayers are
in use, and big_vision may stack all blocks in one tensor (see `unstack`).
They were trained with GELU's tanh approximation and are run here, as by timm, with
the exact GELU.
"""

import numpy as np

from keras_vit.weights.key_maps.key_map import KeyMap, Operation, Row, copy, first, one

BLOCK = "encoder_block_{i}"
SOURCE = "Transformer/encoderblock_{i}"
STACKED = "Transformer/encoderblock/"


def merge_out(array: np.ndarray) -> tuple[np.ndarray, ...]:
    """Merge the heads: (D, heads, head_dim) -> (D, D)."""
    return (array.reshape(array.shape[0], -1),)


def merge_in(array: np.ndarray) -> tuple[np.ndarray, ...]:
    """Merge the heads: (heads, head_dim, D) -> (D, D)."""
    return (array.reshape(-1, array.shape[-1]),)


def flatten(array: np.ndarray) -> tuple[np.ndarray, ...]:
    """Merge the heads of a bias: (heads, head_dim) -> (D)."""
    return (array.reshape(-1),)


def both(
    source: str, target: str, kernel: Operation = copy, bias: Operation = copy
) -> list[Row]:
    """Rows of a kernel and a bias."""
    return one(f"{source}/kernel", f"{target}/kernel", kernel) + one(
        f"{source}/bias", f"{target}/bias", bias
    )


def scale_norm(source: str, target: str) -> list[Row]:
    """Rows of a Flax layer normalisation."""
    return one(f"{source}/scale", f"{target}/gamma") + one(
        f"{source}/bias", f"{target}/beta"
    )


def block_rows(attention: int, second_norm: int, mlp: int) -> list[Row]:
    """Rows of a block under one numbering of its sublayers."""
    source = f"{SOURCE}/MultiHeadDotProductAttention_{attention}"
    rows = scale_norm(f"{SOURCE}/LayerNorm_{second_norm}", f"{BLOCK}/mlp_norm")
    for part in ("query", "key", "value"):
        rows += both(f"{source}/{part}", f"{BLOCK}/attention/{part}", merge_out,
                     flatten)  # fmt: skip
    rows += both(f"{source}/out", f"{BLOCK}/attention/output", merge_in)
    rows += both(f"{SOURCE}/MlpBlock_{mlp}/Dense_0", f"{BLOCK}/mlp/hidden")
    rows += both(f"{SOURCE}/MlpBlock_{mlp}/Dense_1", f"{BLOCK}/mlp/output")
    return rows


GOOGLE_VIT = KeyMap(
    name="Google ViT",
    family="ViT",
    detect=lambda names: (
        "embedding/kernel" in names
        and any(name.startswith("Transformer/encoderblock") for name in names)
    ),
    prefixes=("opt/target/", "params/img/", "params/"),
    rows=(
        *one("cls", "class_token/tokens", first),
        *both("embedding", "patch_embedding/projection"),
        *one(
            "Transformer/posembed_input/pos_embedding",
            "position_embedding/embedding",
            first,
        ),
        *one("pos_embedding", "position_embedding/embedding", first),
        *scale_norm(f"{SOURCE}/LayerNorm_0", f"{BLOCK}/attention_norm"),
        *block_rows(attention=1, second_norm=2, mlp=3),
        *block_rows(attention=0, second_norm=1, mlp=0),
        *scale_norm("Transformer/encoder_norm", "norm"),
        *both("head", "head"),
    ),
    ignored={
        r"pre_logits/.*": "a layer that fine-tuned models do without",
        r"opt/(?!target/).*": "the state of the optimiser",
        r"(params/)?(t|txt|b|temperature|step|extra)(/.*)?": "not of the image model",
    },
    refused={
        r"(conv_root|gn_root|block\d+)/.*": "a hybrid with a ResNet stem",
        r"MAPHead_0/.*": "a model that pools by attention (MAP)",
    },
)


def unstack(tensors: dict[str, np.ndarray]) -> dict[str, tuple[str, np.ndarray]]:
    """Part blocks that are stacked along a leading axis.

    Args:
        tensors: Dictionary of the names in the file to arrays.

    Returns:
        Dictionary of names with numbered blocks to (name in the file, array).
    """
    parted = {}
    for name, array in tensors.items():
        if STACKED in name:
            for number, block in enumerate(array):
                numbered = name.replace(STACKED, f"{STACKED[:-1]}_{number}/")
                parted[numbered] = (name, block)
        else:
            parted[name] = (name, array)
    return parted
