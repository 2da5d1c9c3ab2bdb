import numpy as np
import pytest
import tensorflow as tf

from keras_vit.data import images


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("found, channels", [(1, 3), (4, 3), (3, 1), (4, 1), (5, 5)])
def test_channels(found, channels, known):
    image = np.random.default_rng(0).integers(0, 256, (3, 2, found), dtype="uint8")
    spec = tf.TensorSpec((None, None, found if known else None), tf.uint8)
    convert = tf.function(lambda x: images.to_channels(x, channels, tf.constant("It")))
    result = convert.get_concrete_function(spec)(tf.constant(image)).numpy()
    assert result.shape == (3, 2, channels)
    if found == 1:
        np.testing.assert_array_equal(result, np.repeat(image, 3, -1))
    elif channels == 1:
        grey = image[..., :3] @ np.array([0.299, 0.587, 0.114])
        np.testing.assert_allclose(result[..., 0], grey, atol=1.01)
    else:
        np.testing.assert_array_equal(result, image[..., :channels])


def test_channels_that_do_not_fit():
    with pytest.raises(ValueError, match="Images of 2 channels .* Pass channels=2"):
        images.to_channels(tf.zeros((3, 2, 2)), 3, tf.constant("It"))
