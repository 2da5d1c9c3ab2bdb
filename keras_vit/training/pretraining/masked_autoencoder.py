"""Masked autoencoders (https://arxiv.org/abs/2111.06377).

B batch, N patches, K of them not hidden, D hidden_dim, (P, Q) patch, C channels.
"""

import keras
from keras import ops

from keras_vit.arguments import check_choice, rate
from keras_vit.training.pretraining.encoder_parts import run
from keras_vit.training.pretraining.losses import squared_error
from keras_vit.training.pretraining.mae_decoder import build_decoder
from keras_vit.training.pretraining.masked_model import MaskedModel
from keras_vit.training.pretraining.masks import at_most, random_ranks
from keras_vit.training.pretraining.patches import (
    mean_and_deviation,
    to_images,
    to_patches,
)

TARGETS = ("normalized_patches", "pixels")


@keras.saving.register_keras_serializable(package="keras_vit")
class MaskedAutoencoder(MaskedModel):
    """Hide most patches of an image from a ViT, and have them guessed from the rest.

    [Masked Autoencoders Are Scalable Vision Learners](
    https://arxiv.org/abs/2111.06377): three quarters of the patches are dropped before
    the encoder, which costs about a quarter for it. A small decoder gets its tokens
    with one learned token in place of each dropped patch, and guesses their pixels; it
    is thrown away after. The loss is the squared error at dropped patches. The
    positions of the decoder are fixed sines and cosines, those of the encoder what it
    was built with: the paper's are `position_embedding="sincos_2d"`.

    Train it by `fit` on images; then `encoder` is the model that was given, trained.

    Args:
        encoder: a ViT of this package, with or without pooling and head. Not with
            relative positions, as those count tokens.
        mask_ratio: float, the part of the patches that is dropped, rounded up.
        target: `"normalized_patches"`, each by its own mean and deviation (the paper's
            best), or `"pixels"` as the encoder gets them.
        decoder_hidden_dim: int, width of the decoder.
        decoder_num_layers: int, its blocks.
        decoder_num_heads: int, attention heads of each.
        seed: int, of the random masks.
        **kwargs: `name` and `trainable`, of `keras.Model`.

    Call arguments:
        images: as the encoder takes them.
        training: bool, whether dropout and drop path are at work.

    Output shape:
        {"mask": `(B, rows, columns)`, true where a patch was dropped,
        "prediction": `(B, N, P * Q * C)`}.

    Raises:
        ValueError: if the encoder is no such ViT, or an argument not as above.

    Example:

    ```python
    import keras
    import keras_vit

    encoder = keras_vit.VisionTransformer(
        hidden_dim=24, num_layers=2, num_heads=3, mlp_dim=48, patch_size=4,
        input_shape=(16, 16, 3), position_embedding="sincos_2d", classes=5,
    )
    model = keras_vit.training.MaskedAutoencoder(
        encoder, decoder_hidden_dim=16, decoder_num_layers=1, decoder_num_heads=2
    )
    model.compile(keras_vit.training.AdamW(1e-3, beta_2=0.95))
    model.fit(keras.random.normal((8, 16, 16, 3)), verbose=0)
    probabilities = encoder(keras.random.normal((2, 16, 16, 3)))
    ```
    """

    KINDS = ("vit",)

    def __init__(
        self,
        encoder: keras.Model,
        mask_ratio: float = 0.75,
        target: str = "normalized_patches",
        decoder_hidden_dim: int = 512,
        decoder_num_layers: int = 8,
        decoder_num_heads: int = 16,
        seed: int | None = None,
        **kwargs,
    ):
        check_choice("target", target, TARGETS)
        super().__init__(encoder, seed, **kwargs)
        self.mask_ratio = rate(mask_ratio, "mask_ratio")
        self.target = target
        self.decoder_hidden_dim = decoder_hidden_dim
        self.decoder_num_layers = decoder_num_layers
        self.decoder_num_heads = decoder_num_heads
        if any(block.relative_position for block in self.parts.blocks):
            raise ValueError(
                "A masked autoencoder drops patches before the encoder, and relative "
                "positions would count those that are left. Received: an encoder with "
                "position_embedding='relative'. Use 'sincos_2d', as the paper does."
            )
        self.num_visible = at_most(self.parts.num_patches, 1 - self.mask_ratio)
        if self.num_visible < 1:
            raise ValueError(
                f"`mask_ratio` should leave one of {self.parts.num_patches} patches. "
                f"Received: mask_ratio={mask_ratio}"
            )
        self.decoder = build_decoder(
            self.parts,
            self.num_visible,
            decoder_hidden_dim,
            decoder_num_layers,
            decoder_num_heads,
            self.dtype_policy,
        )

    def call(self, images, training=None):
        parts = self.parts
        x = run(parts.embedding, self.seen(images), training)  # (B, N, D)
        ranks = random_ranks(ops.shape(x)[0], parts.num_patches, self.seed_generator)
        x = run(parts.positions, x, training)
        prefix, patches = (
            x[:, : parts.num_prefix_tokens],
            x[:, parts.num_prefix_tokens :],
        )
        visible = ops.argsort(ranks, axis=-1)[:, : self.num_visible, None]
        patches = ops.take_along_axis(patches, visible, axis=1)  # (B, K, D)
        x = ops.concatenate([prefix, patches], axis=1)
        x = run((*parts.blocks, *parts.norm), x, training)
        return {
            "mask": self.on_grid(ranks >= self.num_visible),
            "prediction": self.decoder([x, ranks], training=training),
        }

    def image_losses(self, images, outputs):
        target = to_patches(images, self.parts.patch_size)
        if self.target == "normalized_patches":
            mean, deviation = mean_and_deviation(target)
            target = (target - mean) / deviation
        mask = self.in_a_row(outputs["mask"])
        return squared_error(outputs["prediction"], target, mask)

    def guessed_images(self, images, outputs):
        patches = ops.cast(outputs["prediction"], "float32")
        if self.target == "normalized_patches":
            mean, deviation = mean_and_deviation(
                to_patches(images, self.parts.patch_size)
            )
            patches = patches * deviation + mean
        return to_images(patches, self.parts.grid_size, self.parts.patch_size)

    @property
    def label(self) -> str:
        known = self.target == "normalized_patches"
        return "rebuilt, true mean\nand deviation put back" if known else "rebuilt"

    def get_config(self):
        return {
            **super().get_config(),
            "mask_ratio": self.mask_ratio,
            "target": self.target,
            "decoder_hidden_dim": self.decoder_hidden_dim,
            "decoder_num_layers": self.decoder_num_layers,
            "decoder_num_heads": self.decoder_num_heads,
        }
