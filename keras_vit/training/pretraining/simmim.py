"""SimMIM (https://arxiv.org/abs/2111.09886).

B batch, H height, W width, C channels, D hidden_dim, N patches.
"""

import keras
from keras import ops

from keras_vit.arguments import pair, rate
from keras_vit.layers.initializers import truncated_normal
from keras_vit.models.parts import at_least_float32
from keras_vit.training.pretraining.encoder_parts import run
from keras_vit.training.pretraining.losses import absolute_error
from keras_vit.training.pretraining.masked_model import MaskedModel
from keras_vit.training.pretraining.masks import at_least, random_ranks, spread
from keras_vit.training.pretraining.patches import to_images, to_patches


@keras.saving.register_keras_serializable(package="keras_vit")
class SimMIM(MaskedModel):
    """Put one learned token over blocks of an image, and have their pixels guessed.

    [SimMIM: A Simple Framework for Masked Image Modeling](
    https://arxiv.org/abs/2111.09886), for ViT and Swin: 60 % of the blocks of 32x32
    pixels are hidden (rounded up), by a token in place of their patches' embeddings,
    before positions. One linear layer guesses the pixels from the encoder's last map,
    and the loss is their distance (L1) from the normalized ones, at hidden pixels,
    divided by the channels.

    Train it by `fit` on images; then `encoder` is the model that was given, trained.

    Args:
        encoder: a ViT or Swin of this package, with or without pooling and head.
        mask_ratio: float, the part of the blocks that is hidden, rounded up.
        block_size: int or (rows, columns), pixels of a block's sides: whole patches.
        seed: int, of the random masks.
        **kwargs: `name` and `trainable`, of `keras.Model`.

    Call arguments:
        images: as the encoder takes them.
        training: bool, whether dropout and drop path are at work.

    Output shape:
        {"mask": `(B, rows, columns)`, true where a patch was hidden,
        "prediction": images `(B, H, W, C)`, channels last}.

    Raises:
        ValueError: if the encoder is none of ours, blocks are not whole patches, or
            the images not whole blocks.

    Example:

    ```python
    import keras
    import keras_vit

    encoder = keras_vit.SwinTransformer(
        hidden_dim=6, depths=(2, 2), num_heads=(1, 2), window_size=4, patch_size=2,
        input_shape=(32, 32, 3), classes=5,
    )
    model = keras_vit.training.SimMIM(encoder, block_size=8)
    model.compile(keras_vit.training.AdamW(1e-3))
    model.fit(keras.random.normal((8, 32, 32, 3)), verbose=0)
    probabilities = encoder(keras.random.normal((2, 32, 32, 3)))
    ```
    """

    def __init__(
        self,
        encoder: keras.Model,
        mask_ratio: float = 0.6,
        block_size: int | tuple[int, int] = 32,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(encoder, seed, **kwargs)
        self.mask_ratio = rate(mask_ratio, "mask_ratio")
        self.block_size = pair(block_size, "block_size")
        self.blocks_grid = self._blocks_grid()
        rows, columns = self.blocks_grid
        self.num_blocks = rows * columns
        self.num_hidden = at_least(self.num_blocks, self.mask_ratio)
        parts, (height, width) = self.parts, self.parts.stride
        self.mask_token = self.add_weight(
            shape=(parts.hidden_dim,), initializer=truncated_normal(), name="mask_token"
        )
        # A convolution of 1x1, whose channels are then laid out as pixels.
        self.decoder = keras.layers.Dense(
            height * width * parts.image_shape[-1],
            dtype=at_least_float32(self.dtype_policy),
            name="decoder",
        )
        self.decoder.build((None, None, None, parts.blocks[-1].output.shape[-1]))

    def _blocks_grid(self) -> tuple[int, int]:
        sides = self.parts.image_shape[:2]
        for side, block, patch in zip(
            sides, self.block_size, self.parts.patch_size, strict=True
        ):
            if side % block or block % patch:
                raise ValueError(
                    "`block_size` should be whole patches, and the image whole blocks. "
                    f"Received: block_size={self.block_size}, patches of "
                    f"{self.parts.patch_size} and images of {sides} pixels."
                )
        (height, width), (rows, columns) = sides, self.block_size
        return height // rows, width // columns

    def call(self, images, training=None):
        parts = self.parts
        x = run(parts.embedding, self.seen(images), training)
        ranks = random_ranks(ops.shape(x)[0], self.num_blocks, self.seed_generator)
        blocks = ops.reshape(ranks < self.num_hidden, (-1, *self.blocks_grid))
        mask = spread(blocks, parts.grid_size)
        hidden = mask if parts.kind == "swin" else self.in_a_row(mask)
        x = ops.where(hidden[..., None], ops.cast(self.mask_token, x.dtype), x)
        x = run((*parts.positions, *parts.blocks, *parts.norm), x, training)
        return {"mask": mask, "prediction": self._pixels(x)}

    def _pixels(self, x):
        """The encoder's last map as images `(B, H, W, C)`."""
        parts = self.parts
        grid = x.shape[1:3] if parts.kind == "swin" else parts.grid_size
        x = self.decoder(x if parts.kind == "swin" else x[:, parts.num_prefix_tokens :])
        images = to_images(x, grid, parts.stride)
        height, width, _ = parts.image_shape  # Swin's last map may reach beyond
        return images[:, :height, :width]

    def image_losses(self, images, outputs):
        prediction, target = (
            to_patches(x, self.parts.patch_size)
            for x in (outputs["prediction"], images)
        )
        return absolute_error(prediction, target, self.in_a_row(outputs["mask"]))

    def guessed_images(self, images, outputs):
        return ops.cast(outputs["prediction"], "float32")

    def get_config(self):
        return {
            **super().get_config(),
            "mask_ratio": self.mask_ratio,
            "block_size": self.block_size,
        }
