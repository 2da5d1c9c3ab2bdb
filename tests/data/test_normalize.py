import keras
import numpy as np
import pytest

from keras_vit.data import IMAGENET_MEAN, IMAGENET_STD
from keras_vit.data.normalize import normalize, per_channel


def test_each_channel_has_its_own_mean_and_std(pictures):
    result = normalize(pictures, IMAGENET_MEAN, IMAGENET_STD).numpy()
    expected = (pictures / 255 - IMAGENET_MEAN) / IMAGENET_STD
    np.testing.assert_allclose(result, expected, atol=1e-5)
    assert result.dtype == np.float32


def test_channels_first_is_honoured(pictures):
    before = keras.config.image_data_format()
    keras.config.set_image_data_format("channels_first")
    try:
        result = normalize(pictures, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)).numpy()
    finally:
        keras.config.set_image_data_format(before)
    np.testing.assert_allclose(result, pictures.transpose(0, 3, 1, 2) / 255, atol=1e-6)


def test_one_number_stands_for_all_channels():
    assert per_channel(0.5, "mean", 3) == (0.5, 0.5, 0.5)
    assert per_channel(IMAGENET_STD, "std", 3) == IMAGENET_STD


@pytest.mark.parametrize(
    "value, name, message",
    [
        (IMAGENET_MEAN, "mean", "each of the 2 channels"),
        ("half", "mean", "must be one number"),
        (None, "std", "must be one number"),
        ((0.2, 0.0), "std", "above zero"),
    ],
)
def test_anything_else_is_refused(value, name, message):
    with pytest.raises(ValueError, match=message):
        per_channel(value, name, 2)
