"""Masked patch prediction (https://arxiv.org/abs/2010.11929, appendix B.1.2).

B batch, N patches, D hidden_dim, C channels.
"""

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from keras_vit.arguments import integer, rate
from keras_vit.layers.initializers import truncated_normal
from keras_vit.models.parts import at_least_float32
from keras_vit.training.pretraining.colors import class_colors, color_classes
from keras_vit.training.pretraining.encoder_parts import run
from keras_vit.training.pretraining.losses import cross_entropy
from keras_vit.training.pretraining.masked_model import MaskedModel
from keras_vit.training.pretraining.masks import at_most, random_ranks
from keras_vit.training.pretraining.patches import to_images, to_patches

MASKED, REPLACED = 0.8, 0.1  # of the chosen patches; what is left is kept
MOST_BITS = 16


@keras.saving.register_keras_serializable(package="keras_vit")
class MaskedPatchPrediction(MaskedModel):
    """Corrupt half of a ViT's patch embeddings, and have the patches' colors guessed.

    Appendix B.1.2 of [An Image is Worth 16x16 Words](
    https://arxiv.org/abs/2010.11929), which follows BERT: of the chosen patches 80 %
    become a learned token, 10 % another patch's embedding, and 10 % stay. At each of
    them one linear layer guesses the mean color in 3 bits a channel, one of 512
    classes. The paper does not say how the colors are cut into 512: here the mean of
    pixels of 0 to 255, channel by channel, in 8 steps of equal width. The other patch
    is one of the same image.

    Train it by `fit` on images; then `encoder` is the model that was given, trained.

    Args:
        encoder: a ViT of this package, with or without pooling and head.
        mask_ratio: float, the part of the patches that is chosen, rounded down.
        bits: int, of a color in each channel.
        mean: what was subtracted from pixels / 255 in the images, one number or one a
            channel. Not asked of an encoder with `include_preprocessing=True`.
        std: what they were divided by then.
        seed: int, of the random masks.
        **kwargs: `name` and `trainable`, of `keras.Model`.

    Call arguments:
        images: as the encoder takes them.
        training: bool, whether dropout and drop path are at work.

    Output shape:
        {"mask": `(B, rows, columns)`, true where a patch was chosen,
        "prediction": logits `(B, N, 2 ** (bits * C))`}.

    Raises:
        ValueError: if the encoder is no ViT of ours, or an argument not as above.

    Example:

    ```python
    import keras
    import keras_vit

    encoder = keras_vit.VisionTransformer(
        hidden_dim=24, num_layers=2, num_heads=3, mlp_dim=48, patch_size=4,
        input_shape=(16, 16, 3), classes=5,
    )
    model = keras_vit.training.MaskedPatchPrediction(encoder)
    model.compile(keras_vit.training.AdamW(2e-4))
    model.fit(keras.random.uniform((8, 16, 16, 3), -1, 1), verbose=0)
    probabilities = encoder(keras.random.uniform((2, 16, 16, 3), -1, 1))
    ```
    """

    KINDS = ("vit",)

    def __init__(
        self,
        encoder: keras.Model,
        mask_ratio: float = 0.5,
        bits: int = 3,
        mean: float | Sequence[float] = 0.5,
        std: float | Sequence[float] = 0.5,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(encoder, seed, **kwargs)
        parts, channels = self.parts, self.parts.image_shape[-1]
        self.mask_ratio = rate(mask_ratio, "mask_ratio")
        self.bits = integer(bits, "bits")
        self.mean, self.std = np.asarray(mean).tolist(), np.asarray(std).tolist()
        if self.bits * channels > MOST_BITS:
            raise ValueError(
                f"A color of {channels} channels and {self.bits} bits has "
                f"2 ** {self.bits * channels} classes, which are too many to guess. "
                f"Choose `bits` of at most {MOST_BITS // channels}."
            )
        self.num_chosen = at_most(parts.num_patches, self.mask_ratio)
        self.num_masked = round(MASKED * self.num_chosen)
        self.num_replaced = round(REPLACED * self.num_chosen)
        self.mask_token = self.add_weight(
            shape=(parts.hidden_dim,), initializer=truncated_normal(), name="mask_token"
        )
        self.head = keras.layers.Dense(
            2 ** (self.bits * channels),
            dtype=at_least_float32(self.dtype_policy),
            name="colors",
        )
        self.head.build((None, None, parts.blocks[-1].output.shape[-1]))

    def call(self, images, training=None):
        parts = self.parts
        x = run(parts.embedding, self.seen(images), training)  # (B, N, D)
        ranks = random_ranks(ops.shape(x)[0], parts.num_patches, self.seed_generator)
        x = self.corrupted(x, ranks)
        x = run((*parts.positions, *parts.blocks, *parts.norm), x, training)
        return {
            "mask": self.on_grid(ranks < self.num_chosen),
            "prediction": self.head(x[:, parts.num_prefix_tokens :]),
        }

    def corrupted(self, x, ranks):
        """Embeddings `(B, N, D)`, the first by `ranks` masked, the next replaced."""
        count = self.parts.num_patches
        steps = keras.random.randint(
            ops.shape(ranks), 1, max(count, 2), dtype="int32", seed=self.seed_generator
        )
        others = (ops.arange(count, dtype="int32") + steps) % count
        others = ops.take_along_axis(x, others[..., None], axis=1)
        token = ops.cast(self.mask_token, x.dtype)
        ranks = ranks[..., None]
        last = self.num_masked + self.num_replaced
        x = ops.where(ranks < last, others, x)
        return ops.where(ranks < self.num_masked, token, x)

    def _mean_std(self):
        """Of the normalization, for pixels of 0 to 255."""
        own = self.pixel_normalization()
        if own is not None:
            return ops.cast(own.mean, "float32"), ops.sqrt(own.variance)
        return (255 * np.asarray(x, "float32") for x in (self.mean, self.std))

    def target_classes(self, images):
        """The classes `(B, N)` of images that were `seen`."""
        mean, std = self._mean_std()
        patches = to_patches(images * std + mean, self.parts.patch_size)
        channels = self.parts.image_shape[-1]
        area = patches.shape[-1] // channels
        pixels = ops.reshape(patches, (-1, self.parts.num_patches, area, channels))
        return color_classes(ops.mean(pixels, axis=-2), self.bits)

    def image_losses(self, images, outputs):
        mask = self.in_a_row(outputs["mask"])
        return cross_entropy(outputs["prediction"], self.target_classes(images), mask)

    def guessed_images(self, images, outputs):
        parts, channels = self.parts, self.parts.image_shape[-1]
        classes = ops.argmax(outputs["prediction"], axis=-1)
        mean, std = self._mean_std()
        colors = (class_colors(classes, self.bits, channels) - mean) / std
        rows, columns = parts.patch_size
        patches = ops.tile(colors, (1, 1, rows * columns))
        return to_images(patches, parts.grid_size, parts.patch_size)

    @property
    def label(self) -> str:
        return "rebuilt: mean colors"

    def get_config(self):
        return {
            **super().get_config(),
            "mask_ratio": self.mask_ratio,
            "bits": self.bits,
            "mean": self.mean,
            "std": self.std,
        }
