"""Masked, rebuilt and original: what a pretrained model makes of hidden patches."""

import contextlib
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vit.arguments import integer
from keras_vit.training.pretraining.masked_model import MaskedModel


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """Pictures `(B, H, W, C)`, in the order of `keras.config.image_data_format()`.

    Their numbers are those that the encoder cuts into patches; with
    `include_preprocessing=True`, pixels of 0 to 255 as it is given. The arguments are
    attributes too.

    Args:
        original: the images.
        masked: the same, with the mean color of the normalization at hidden patches.
        rebuilt: the same, with what the model guesses there.
        mask: bool `(B, rows, columns)`, which patches were hidden.
        label: what `rebuilt` shows, and what of the truth went into it.

    Example:

    ```python
    import keras
    import keras_vit

    encoder = keras_vit.ViTTi16(input_shape=(32, 32, 3), classes=5)
    model = keras_vit.training.MaskedPatchPrediction(encoder)
    images = keras.random.uniform((2, 32, 32, 3), -1, 1)
    pictures = keras_vit.training.reconstruct(model, images)
    assert pictures.label == "rebuilt: mean colors"
    ```
    """

    original: np.ndarray
    masked: np.ndarray
    rebuilt: np.ndarray
    mask: np.ndarray
    label: str


def reconstruct(
    model: MaskedModel, images: Any, seed: int = 0, batch_size: int = 32
) -> Reconstruction:
    """Hide patches of images and have them guessed.

    A model that predicts normalized patches says nothing of a patch's mean and
    deviation. The true ones are put back to make a picture, and `label` says so: its
    colors and contrast are no merit of the model.

    Args:
        model: a `MaskedPatchPrediction`, `MaskedAutoencoder` or `SimMIM`.
        images: `(B, H, W, C)`, as the encoder takes them.
        seed: int, of the masks; those of a training that goes on are not touched.
        batch_size: int.

    Returns:
        A `Reconstruction`. `keras_vit.inspection.plot_reconstruction` draws it.

    Raises:
        ValueError: if the model is none of these, or the images are not a batch.

    Example:

    ```python
    import keras
    import keras_vit

    encoder = keras_vit.VisionTransformer(
        hidden_dim=24, num_layers=2, num_heads=3, mlp_dim=48, patch_size=4,
        input_shape=(16, 16, 3), classes=5,
    )
    model = keras_vit.training.SimMIM(encoder, block_size=8)
    images = keras.random.normal((2, 16, 16, 3))
    pictures = keras_vit.training.reconstruct(model, images)
    assert pictures.rebuilt.shape == (2, 16, 16, 3)
    ```
    """
    if not isinstance(model, MaskedModel):
        raise ValueError(
            "`model` should be a MaskedPatchPrediction, MaskedAutoencoder or SimMIM of "
            f"keras_vit.training. Received: {model!r}"
        )
    images = ops.convert_to_numpy(images)
    if images.ndim != 4 or not len(images):
        raise ValueError(
            "`images` should be a batch of four axes. Received: shape "
            f"{images.shape}. Give one image as images[:1]."
        )
    with _masks_by(model.seed_generator, integer(seed, "seed", minimum=0)):
        outputs = model.predict(images, batch_size=batch_size, verbose=0)
    seen = model.seen(images)
    guessed = ops.convert_to_numpy(model.guessed_images(seen, outputs))
    seen, mask = ops.convert_to_numpy(seen), outputs["mask"]
    hidden = _of_pixels(mask, seen.shape)
    return Reconstruction(
        original=_as_given(model, seen),
        masked=_as_given(model, np.where(hidden, 0, seen)),
        rebuilt=_as_given(model, np.where(hidden, guessed, seen)),
        mask=mask,
        label=model.label,
    )


@contextlib.contextmanager
def _masks_by(generator: keras.random.SeedGenerator, seed: int):
    """Random numbers by a seed, and then the generator's own again."""
    before = ops.convert_to_numpy(generator.state.value)
    generator.state.assign(np.array([seed, 0], before.dtype))
    try:
        yield
    finally:
        generator.state.assign(before)


def _of_pixels(mask, shape):
    """A mask of patches as one of pixels, `(B, H, W, 1)`."""
    for axis in (1, 2):
        mask = np.repeat(mask, shape[axis] // mask.shape[axis], axis=axis)
    return mask[..., None]


def _as_given(model, images):
    """Images that were `seen` as the encoder is given them."""
    own = model.pixel_normalization()
    if own is not None:
        mean, variance = (
            ops.convert_to_numpy(x).reshape(-1) for x in (own.mean, own.variance)
        )
        images = np.clip(images * np.sqrt(variance) + mean, 0, 255)
    if keras.config.image_data_format() == "channels_first":
        images = images.transpose(0, 3, 1, 2)
    return images.astype("float32")
