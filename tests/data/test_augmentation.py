import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vit.data import Augmentation
from keras_vit.data.augmentation import image_augmenter
from keras_vit.data.draws import Draws


def augment(augmentation, image, count):
    change = image_augmenter(augmentation, image.shape[-1])
    dataset = tf.data.Dataset.range(count).map(
        lambda seed: change(tf.constant(image), Draws(seed)), num_parallel_calls=3
    )
    return np.stack(list(dataset.as_numpy_iterator()))


@pytest.fixture
def image(pictures):
    return pictures[0]


def test_half_of_the_images_are_flipped(image):
    images = augment(Augmentation(), image, 200)
    mirrored = np.array([np.array_equal(x, image[:, ::-1]) for x in images])
    same = np.array([np.array_equal(x, image) for x in images])
    assert np.all(mirrored ^ same)
    assert 70 < mirrored.sum() < 130


def test_nothing_is_done_when_nothing_is_asked(image):
    images = augment(Augmentation(flip=False), image, 3)
    np.testing.assert_array_equal(images, np.stack([image] * 3).astype("float32"))


def test_erasing_is_as_frequent_as_asked_and_cuts_rectangles(image):
    images = augment(Augmentation(flip=False, random_erasing=0.3), image, 200)
    changed = (images != image).any(-1)  # (B, H, W)
    assert 38 < changed.any((1, 2)).sum() < 82
    for mask in changed[changed.any((1, 2))]:
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        box = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        assert box.mean() > 0.9  # noise may hit the old value
    assert images.min() >= 0 and images.max() <= 255


@pytest.mark.parametrize("channels", [1, 3])
def test_all_steps_together(image, channels):
    all_steps = Augmentation(rand_augment=(2, 10), random_erasing=1.0)
    images = augment(all_steps, image[..., :channels], 40)
    assert images.shape == (40, 13, 17, channels)
    assert len({x.tobytes() for x in images}) == 40
    assert images.min() >= 0 and images.max() <= 255


def test_a_global_dtype_policy_does_not_blur_pixels(image):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        images = augment(Augmentation(random_erasing=0.01), image, 2)
    finally:
        keras.config.set_dtype_policy("float32")
    assert images.dtype == np.float32
    assert set(np.unique(images)) <= set(range(256))


@pytest.mark.parametrize(
    "values, message",
    [
        ({"random_erasing": 1.5}, "random_erasing must be a number, from 0 to 1"),
        ({"mixup_alpha": -1}, "mixup_alpha must be a number, 0"),
        ({"mixup_alpha": True}, "Received: mixup_alpha=True"),
        ({"cutmix_alpha": 2}, "from 0 to 1. Received: cutmix_alpha=2"),
        ({"rand_augment": 9}, "Received: rand_augment=9"),
        ({"rand_augment": (0, 9)}, "num_ops a whole number"),
        ({"rand_augment": (2, 11)}, "magnitude from 0 to 10"),
    ],
)
def test_values_out_of_range(values, message):
    with pytest.raises(ValueError, match=message):
        Augmentation(**values)
