"""Hugging Face transformers' Swin, old names and those of 2026."""

from keras_vit.weights.key_maps.key_map import (
    KeyMap,
    Row,
    dense,
    first,
    norm,
    one,
    patches,
)
from keras_vit.weights.key_maps.swin import BLOCK, BUFFERS, REFUSED, merging

SOURCE = "encoder.layers.{s}.blocks.{b}"


def block_rows() -> list[Row]:
    """Rows of a block, under all names that its layers have had."""
    old, new = f"{SOURCE}.attention.self", f"{SOURCE}.attention"
    attention = f"{BLOCK}/window_attention/attention"
    table = f"{BLOCK}/window_attention/relative_position_bias_table"
    return [
        *norm(f"{SOURCE}.layernorm_before", f"{BLOCK}/attention_norm"),
        *dense(f"{old}.query", f"{attention}/query"),
        *dense(f"{old}.key", f"{attention}/key"),
        *dense(f"{old}.value", f"{attention}/value"),
        *dense(f"{SOURCE}.attention.output.dense", f"{attention}/output"),
        *one(f"{old}.relative_position_bias_table", table),
        *dense(f"{new}.q_proj", f"{attention}/query"),
        *dense(f"{new}.k_proj", f"{attention}/key"),
        *dense(f"{new}.v_proj", f"{attention}/value"),
        *dense(f"{new}.o_proj", f"{attention}/output"),
        *one(f"{new}.relative_position_bias.relative_position_bias_table", table),
        *norm(f"{SOURCE}.layernorm_after", f"{BLOCK}/mlp_norm"),
        *dense(f"{SOURCE}.intermediate.dense", f"{BLOCK}/mlp/hidden"),
        *dense(f"{SOURCE}.output.dense", f"{BLOCK}/mlp/output"),
        *dense(f"{SOURCE}.mlp.fc1", f"{BLOCK}/mlp/hidden"),
        *dense(f"{SOURCE}.mlp.fc2", f"{BLOCK}/mlp/output"),
    ]


HUGGINGFACE_SWIN = KeyMap(
    name="Hugging Face Swin",
    family="Swin",
    detect=lambda names: any(
        name.startswith("encoder.layers.0.blocks.0.attention.") for name in names
    ),
    prefixes=("swin.",),
    rows=(
        *patches("embeddings.patch_embeddings.projection"),
        *norm("embeddings.norm", "patch_norm"),
        *one("embeddings.position_embeddings", "position_embedding/embedding", first),
        *block_rows(),
        *merging("encoder.layers.{s}.downsample", stage="{s+1}"),
        *norm("layernorm", "norm"),
        *dense("classifier", "head"),
    ),
    ignored={
        **BUFFERS,
        r"embeddings\.mask_token": "used in pretraining alone",
        r"decoder\..*": "the decoder of pretraining",
    },
    refused=REFUSED,
)
