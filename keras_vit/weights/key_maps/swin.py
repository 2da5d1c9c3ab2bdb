"""Swin's names in timm (new and old places of `downsample`) and Microsoft's files.

The merging of patches between two stages is the same layer everywhere; timm files it
since 2023 under the stage that it opens, as we do, and all others under the stage
that it closes.
"""

import re

from keras_vit.weights.key_maps.key_map import (
    KeyMap,
    Row,
    dense,
    first,
    fused_attention,
    norm,
    one,
    patches,
    transpose,
)

BLOCK = "stage_{s}_block_{b}"
BUFFERS = {
    r".*relative_position_index": "a constant of the architecture",
    r".*attn_mask": "a constant of the architecture",
}
REFUSED = {
    r".*\.(logit_scale|cpb_mlp\..*|continuous_position_bias_mlp\..*)": (
        "a Swin V2 model, of another architecture"
    ),
}


def merging(source: str, stage: str) -> list[Row]:
    """Rows of a patch merging; `stage` is the template of the stage that it opens."""
    target = f"stage_{stage}_patch_merging"
    return norm(f"{source}.norm", f"{target}/norm") + one(
        f"{source}.reduction.weight", f"{target}/reduction/kernel", transpose
    )


def common_rows() -> list[Row]:
    """Rows that timm's and Microsoft's files share."""
    source = "layers.{s}.blocks.{b}"
    table = "window_attention/relative_position_bias_table"
    return [
        *patches("patch_embed.proj"),
        *norm("patch_embed.norm", "patch_norm"),
        *one("absolute_pos_embed", "position_embedding/embedding", first),
        *norm(f"{source}.norm1", f"{BLOCK}/attention_norm"),
        *fused_attention(f"{source}.attn", f"{BLOCK}/window_attention/attention"),
        *one(f"{source}.attn.relative_position_bias_table", f"{BLOCK}/{table}"),
        *norm(f"{source}.norm2", f"{BLOCK}/mlp_norm"),
        *dense(f"{source}.mlp.fc1", f"{BLOCK}/mlp/hidden"),
        *dense(f"{source}.mlp.fc2", f"{BLOCK}/mlp/output"),
        *norm("norm", "norm"),
        *dense("head", "head"),
        *dense("head.fc", "head"),
    ]


def is_swin(names: set[str]) -> bool:
    """Whether the names are a Swin's of timm or Microsoft."""
    return "layers.0.blocks.0.attn.qkv.weight" in names


def closes_stage(names: set[str]) -> bool:
    """Whether a patch merging is filed under the stage that it closes."""
    return any(re.match(r"(encoder\.)?layers\.0\.downsample\.", name) for name in names)


TIMM_SWIN = KeyMap(
    name="timm Swin",
    family="Swin",
    detect=lambda names: is_swin(names) and not closes_stage(names),
    rows=(*common_rows(), *merging("layers.{s}.downsample", stage="{s}")),
    ignored=BUFFERS,
    refused=REFUSED,
)

MICROSOFT_SWIN = KeyMap(
    name="Microsoft Swin",
    family="Swin",
    detect=lambda names: is_swin(names) and closes_stage(names),
    rows=(*common_rows(), *merging("layers.{s}.downsample", stage="{s+1}")),
    ignored=BUFFERS,
    refused=REFUSED,
)
