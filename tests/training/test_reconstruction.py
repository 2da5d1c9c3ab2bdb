"""Masked, rebuilt and original pictures."""

import keras
import numpy as np
import pytest

from keras_vit import inspection
from keras_vit.training import reconstruct
from tests.helpers import array, randomize
from tests.models.small import small_vit
from tests.training.pretrained import KINDS, autoencoder, images, patches, vit


def hidden(pictures):
    """Which pixels were hidden, `(B, H, W)`."""
    _, height, width, _ = pictures.original.shape
    rows, columns = pictures.mask.shape[1:]
    return np.kron(pictures.mask, np.ones((1, height // rows, width // columns))) > 0


@pytest.mark.parametrize("kind", KINDS)
def test_only_hidden_patches_differ_from_the_original(kind):
    model = KINDS[kind]()
    randomize(model)
    x = images(model, 3)
    pictures = reconstruct(model, x, batch_size=2)
    where = hidden(pictures)
    np.testing.assert_array_equal(pictures.original, x)
    assert (pictures.masked[where] == 0).all()
    for name in ("masked", "rebuilt"):
        np.testing.assert_array_equal(getattr(pictures, name)[~where], x[~where])
    assert (pictures.rebuilt[where] != x[where]).mean() > 0.9


def test_the_masks_are_those_of_the_seed_and_a_training_keeps_its_own():
    model = autoencoder()
    x = images(model)
    before = keras.ops.convert_to_numpy(model.seed_generator.state.value)
    first, again, other = (reconstruct(model, x, seed=s).mask for s in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    after = keras.ops.convert_to_numpy(model.seed_generator.state.value)
    np.testing.assert_array_equal(before, after)


def test_the_true_mean_and_deviation_are_put_back_and_it_is_said():
    model = autoencoder(mask_ratio=0.75)
    for weight in model.decoder.get_layer("pixels").weights:
        weight.assign(np.zeros(weight.shape))  # guesses 0: the mean of each patch
    x = images(model)
    pictures = reconstruct(model, x)
    means = x.reshape(4, 3, 3, 5, 2, 3).mean(axis=(2, 4, 5))
    means = np.kron(means, np.ones((1, 3, 2)))
    where = hidden(pictures)
    shown = pictures.rebuilt[where]
    np.testing.assert_allclose(shown, np.stack([means[where]] * 3, -1), atol=1e-5)
    assert "true mean" in pictures.label
    assert "true" not in reconstruct(autoencoder(target="pixels"), x).label


def test_colors_are_the_middles_of_their_classes():
    model = patches()
    model.head.bias.assign(np.arange(512) == 7 + 8 * 3 + 64 * 0)
    model.head.kernel.assign(np.zeros(model.head.kernel.shape))
    pictures = reconstruct(model, images(model))
    shown = pictures.rebuilt[hidden(pictures)]
    expected = (np.array([240, 112, 16]) / 255 - 0.5) / 0.5
    np.testing.assert_allclose(shown, np.tile(expected, (len(shown), 1)), atol=1e-5)


def test_preprocessing_is_undone():
    model = autoencoder(vit(include_preprocessing=True), target="pixels")
    pixels = np.random.default_rng(0).integers(0, 256, (2, 9, 10, 3), dtype="uint8")
    pictures = reconstruct(model, pixels)
    np.testing.assert_allclose(pictures.original, pixels, atol=1e-3)
    assert pictures.rebuilt.min() >= 0 and pictures.rebuilt.max() <= 255
    where = hidden(pictures)
    np.testing.assert_allclose(pictures.masked[where], 127.5, atol=1e-3)


def test_what_is_no_masked_model_or_no_batch_is_refused():
    with pytest.raises(ValueError, match="MaskedAutoencoder or SimMIM"):
        reconstruct(small_vit(), array(1, 9, 10, 5))
    with pytest.raises(ValueError, match="four axes"):
        reconstruct(autoencoder(), array(9, 10, 3))


def test_the_plot_has_a_row_an_image_and_the_label():
    model = autoencoder()
    pictures = reconstruct(model, images(model, 2))
    figure = inspection.plot_reconstruction(pictures, title="Digits")
    assert len(figure.axes) == 6
    titles = [axes.get_title() for axes in figure.axes[:3]]
    assert titles == ["masked", pictures.label, "original"]
    low, high = pictures.original[1].min(), pictures.original[1].max()
    for axes, array_ in zip(
        figure.axes[3:],
        (pictures.masked, pictures.rebuilt, pictures.original),
        strict=True,
    ):
        shown = np.asarray(axes.images[0].get_array())
        expected = np.clip((array_[1] - low) / (high - low), 0, 1)
        np.testing.assert_allclose(shown, expected, atol=1e-6)
    assert "Digits" in figure.described()
