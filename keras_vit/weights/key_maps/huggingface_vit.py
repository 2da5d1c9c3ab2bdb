"""Hugging Face transformers' ViT, DeiT, MAE and DINOv2, old names and new.

The names of 2021 to 2025 are those of the hub's files; the library has used shorter
ones since 2026. Both are accepted, in any mixture.
"""

from keras_vit.weights.key_maps.key_map import (
    KeyMap,
    Row,
    dense,
    first,
    norm,
    one,
    patches,
)

BLOCK = "encoder_block_{i}"


def block_rows(source: str) -> list[Row]:
    """Rows of a block, under all names that its layers have had."""
    old, new = f"{source}.attention.attention", f"{source}.attention"
    return [
        *norm(f"{source}.layernorm_before", f"{BLOCK}/attention_norm"),
        *norm(f"{source}.norm1", f"{BLOCK}/attention_norm"),
        *dense(f"{old}.query", f"{BLOCK}/attention/query"),
        *dense(f"{old}.key", f"{BLOCK}/attention/key"),
        *dense(f"{old}.value", f"{BLOCK}/attention/value"),
        *dense(f"{source}.attention.output.dense", f"{BLOCK}/attention/output"),
        *dense(f"{new}.q_proj", f"{BLOCK}/attention/query"),
        *dense(f"{new}.k_proj", f"{BLOCK}/attention/key"),
        *dense(f"{new}.v_proj", f"{BLOCK}/attention/value"),
        *dense(f"{new}.o_proj", f"{BLOCK}/attention/output"),
        *one(f"{source}.layer_scale1.lambda1", f"{BLOCK}/attention_layer_scale/gamma"),
        *norm(f"{source}.layernorm_after", f"{BLOCK}/mlp_norm"),
        *norm(f"{source}.norm2", f"{BLOCK}/mlp_norm"),
        *dense(f"{source}.intermediate.dense", f"{BLOCK}/mlp/hidden"),
        *dense(f"{source}.output.dense", f"{BLOCK}/mlp/output"),
        *dense(f"{source}.mlp.fc1", f"{BLOCK}/mlp/hidden"),
        *dense(f"{source}.mlp.fc2", f"{BLOCK}/mlp/output"),
        *one(f"{source}.layer_scale2.lambda1", f"{BLOCK}/mlp_layer_scale/gamma"),
    ]


def is_vit(names: set[str]) -> bool:
    """Whether the names are a ViT's of transformers."""
    return "embeddings.cls_token" in names and any(
        name.startswith(("encoder.layer.0.attention", "layers.0.attention"))
        for name in names
    )


HUGGINGFACE_VIT = KeyMap(
    name="Hugging Face ViT",
    family="ViT",
    detect=is_vit,
    prefixes=("vit.", "deit.", "dinov2.", "dinov2_with_registers."),
    rows=(
        *one("embeddings.cls_token", "class_token/tokens", first),
        *one("embeddings.register_tokens", "register_tokens/tokens", first),
        *one("embeddings.distillation_token", "register_tokens/tokens", first),
        *one("embeddings.position_embeddings", "position_embedding/embedding", first),
        *patches("embeddings.patch_embeddings.projection"),
        *block_rows("encoder.layer.{i}"),
        *block_rows("layers.{i}"),
        *block_rows("encoder.layers.{i}"),
        *norm("layernorm", "norm"),
        *dense("classifier", "head"),
    ),
    ignored={
        r"embeddings\.mask_token": "used in pretraining alone",
        r"pooler\..*": "a layer that fine-tuned models do without",
        r"decoder\..*": "the decoder of pretraining",
    },
    refused={
        r".*\.mlp\.weights_(in|out)\..*": "a model with gated (SwiGLU) MLPs",
    },
)
