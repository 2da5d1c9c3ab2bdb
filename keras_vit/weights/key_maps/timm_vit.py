"""timm's ViT, which DeiT, DINO, MAE and the original DINOv2 files share."""

from keras_vit.weights.key_maps.key_map import (
    KeyMap,
    dense,
    first,
    fused_attention,
    norm,
    one,
    patches,
)

BLOCK = "encoder_block_{i}"

TIMM_VIT = KeyMap(
    name="timm ViT",
    family="ViT",
    detect=lambda names: "blocks.0.attn.qkv.weight" in names,
    rows=(
        *one("cls_token", "class_token/tokens", first),
        *one("reg_token", "register_tokens/tokens", first),
        *one("register_tokens", "register_tokens/tokens", first),
        # DeiT's distillation token stands where a register stands.
        *one("dist_token", "register_tokens/tokens", first),
        *one("pos_embed", "position_embedding/embedding", first),
        *patches("patch_embed.proj"),
        *norm("blocks.{i}.norm1", f"{BLOCK}/attention_norm"),
        *fused_attention("blocks.{i}.attn", f"{BLOCK}/attention"),
        *one("blocks.{i}.ls1.gamma", f"{BLOCK}/attention_layer_scale/gamma"),
        *one("blocks.{i}.gamma_1", f"{BLOCK}/attention_layer_scale/gamma"),
        *norm("blocks.{i}.norm2", f"{BLOCK}/mlp_norm"),
        *dense("blocks.{i}.mlp.fc1", f"{BLOCK}/mlp/hidden"),
        *dense("blocks.{i}.mlp.fc2", f"{BLOCK}/mlp/output"),
        *one("blocks.{i}.ls2.gamma", f"{BLOCK}/mlp_layer_scale/gamma"),
        *one("blocks.{i}.gamma_2", f"{BLOCK}/mlp_layer_scale/gamma"),
        *norm("norm", "norm"),
        *norm("fc_norm", "norm"),
        *dense("head", "head"),
    ),
    ignored={
        r"mask_token": "used in pretraining alone",
        r"pre_logits\..*": "a layer that fine-tuned models do without",
        r"decoder_.*": "the decoder of pretraining",
        r"head\.(mlp|last_layer)\..*": "the head of self-supervised pretraining",
        r"(dino|ibot)_head\..*": "the head of self-supervised pretraining",
    },
    refused={
        r"patch_embed\.backbone\..*": "a hybrid with a ResNet stem",
        r"blocks\.\d+\.mlp\.w\d+\..*": "a model with gated (SwiGLU) MLPs",
        r"blocks\.\d+\.mlp\.fc1_.*": "a model with gated (SwiGLU) MLPs",
        r"norm_pre\..*": "a CLIP model, which normalises before the first block",
        r"blocks\.\d+\.attn\.[qk]_norm\..*": "a model that normalises queries and keys",
        r"attn_pool\..*": "a model that pools by attention",
    },
)
