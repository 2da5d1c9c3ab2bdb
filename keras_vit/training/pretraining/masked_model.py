"""What the three ways to learn from hidden patches share.

B batch, H height, W width, C channels, N patches on a grid of (rows, columns).
"""

import functools

import keras
from keras import ops

from keras_vit.layers.pixel_normalization import PixelNormalization
from keras_vit.training.pretraining.encoder_parts import (
    EncoderParts,
    encoder_parts,
    run,
)


class MaskedModel(keras.Model):
    """An encoder of this package, and what guesses the patches hidden from it.

    A subclass has `call`, which gives {"mask": bool `(B, rows, columns)` of the patches
    to guess, "prediction": ...}, `image_losses` and `guessed_images`. `fit` takes
    images; labels beside them are left alone, sample weights weigh images.

    Args:
        encoder: a ViT or Swin of this package, with or without pooling and head, whose
            layers are trained as they are; those two are not called.
        seed: int, of the random masks.
        **kwargs: `name` and `trainable`, of `keras.Model`.
    """

    KINDS: tuple[str, ...] = ("vit", "swin")

    def __init__(self, encoder: keras.Model, seed: int | None = None, **kwargs):
        parts = encoder_parts(encoder, self.KINDS)
        policy = parts.embedding[0].dtype_policy
        # Targets are made of images that no half precision has rounded.
        super().__init__(dtype=policy, autocast=False, **kwargs)
        self.encoder = encoder
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.built = True  # a subclass makes its weights by the encoder's shapes

    @functools.cached_property
    def parts(self) -> EncoderParts:
        """The encoder's layers in the order in which they are called."""
        return encoder_parts(self.encoder, self.KINDS)

    @property
    def trainable_variables(self):
        """All but those of the encoder's pooling and head, which nothing moves."""
        return self._without_idle(super().trainable_variables)

    @property
    def trainable_weights(self):
        """As `trainable_variables`."""
        return self._without_idle(super().trainable_weights)

    def _without_idle(self, variables):
        used = self.parts.used
        idle = {
            id(variable)
            for layer in self.encoder.layers
            if layer not in used
            for variable in layer.variables
        }
        return [variable for variable in variables if id(variable) not in idle]

    def seen(self, images):
        """The images as they are cut into patches: `(B, H, W, C)`, normalized."""
        images = ops.convert_to_tensor(images)
        images = ops.cast(images, self.encoder.inputs[0].dtype)
        return ops.cast(run(self.parts.front, images, training=False), "float32")

    def pixel_normalization(self) -> PixelNormalization | None:
        """The encoder's own normalization of pixels of 0 to 255, if it has one."""
        own = [x for x in self.parts.front if isinstance(x, PixelNormalization)]
        return own[0] if own else None

    @property
    def label(self) -> str:
        """What `guessed_images` are, for those who look at them."""
        return "rebuilt"

    def on_grid(self, patches):
        """`(B, N)` as `(B, rows, columns)`."""
        return ops.reshape(patches, (-1, *self.parts.grid_size))

    def in_a_row(self, grid):
        """`(B, rows, columns)` as `(B, N)`."""
        return ops.reshape(grid, (-1, self.parts.num_patches))

    def image_losses(self, images, outputs):
        """The loss of each image `(B,)`, by what was `seen` and what `call` gave."""
        raise NotImplementedError

    def guessed_images(self, images, outputs):
        """What `call` gave as images `(B, H, W, C)`, normalized like those `seen`."""
        raise NotImplementedError

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        """The mean over the images, at the patches that were to be guessed."""
        losses = self.image_losses(self.seen(x), y_pred)
        if sample_weight is not None:
            losses = losses * ops.reshape(ops.cast(sample_weight, losses.dtype), (-1,))
        return sum(self.losses, ops.mean(losses))

    def get_config(self):
        return {
            "name": self.name,
            "trainable": self.trainable,
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config):
        encoder = keras.saving.deserialize_keras_object(config["encoder"])
        return cls(**{**config, "encoder": encoder})
