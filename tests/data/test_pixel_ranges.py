"""Pixels from 0 to 1, and mean and std of those from 0 to 255, are refused."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vit.data import IMAGENET_MEAN, Augmentation, image_batches

UNIT = np.random.default_rng(0).random((11, 5, 7, 3)).astype("float32")
MESSAGE = "images of the data set are from 0 to 1.*image \\* 255"


def stream(*parts):
    return tf.data.Dataset.from_tensor_slices(parts)


def generator(images):
    spec = tf.TensorSpec((None, None, 3), images.dtype)
    return tf.data.Dataset.from_generator(lambda: iter(images), output_signature=spec)


STREAMS = {
    "floats": UNIT,
    "half precision": UNIT.astype("float16"),
    "a resize overshoots": UNIT * 1.2,
    "whole numbers": (UNIT > 0.5).astype("int32"),
    "bytes": (UNIT > 0.5).astype("uint8"),
    "the first are black": np.concatenate([UNIT * 0, UNIT]),
    "fewer than a batch": UNIT[:2],
    "one alone": UNIT[:1],
}


@pytest.mark.parametrize("kind", STREAMS)
def test_a_stream_from_nought_to_one(kind):
    # Whose length is known or not.
    make = generator if kind in ("floats", "fewer than a batch") else stream
    batches = image_batches(make(STREAMS[kind]), image_size=5, batch_size=3)
    with pytest.raises(tf.errors.InvalidArgumentError, match=MESSAGE):
        list(batches)


@pytest.mark.parametrize("cache", [True, False, "file"])
def test_it_is_seen_in_training_behind_shuffle_cache_and_augmentation(tmp_path, cache):
    batches = image_batches(
        stream(UNIT, np.arange(11) % 2),
        image_size=5,
        training=True,
        batch_size=2,
        num_classes=2,
        cache=tmp_path / "cache" if cache == "file" else cache,
        augmentation=Augmentation(rand_augment=(1, 9), random_erasing=1.0),
    )
    with pytest.raises(tf.errors.InvalidArgumentError, match=MESSAGE):
        list(batches)


def test_fit_says_so():
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(2)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    batches = image_batches(stream(UNIT, np.arange(11) % 2), image_size=5)
    with pytest.raises(tf.errors.InvalidArgumentError, match=MESSAGE):
        model.fit(batches, verbose=0, shuffle=False)


FINE = {
    "bright": UNIT * 255,
    "one dark image": np.concatenate([UNIT[:1], UNIT * 255]),
    "some dark ones": np.concatenate([UNIT[:7], UNIT * 255]),
    "dark ones later": np.concatenate([UNIT * 255, UNIT, UNIT]),
    "all black": UNIT * 0,
    "black and bright": np.concatenate([UNIT * 0, UNIT * 255]).astype("uint8"),
}


@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize("kind", FINE)
def test_other_streams_lose_nothing(kind, batch_size):
    images = FINE[kind]
    seen = []

    def generate():
        for index, image in enumerate(images):
            seen.append(index)
            yield image, index

    specs = tf.TensorSpec((5, 7, 3), images.dtype), tf.TensorSpec((), tf.int64)
    source = tf.data.Dataset.from_generator(generate, output_signature=specs)
    batches = image_batches(source, image_size=(5, 7), batch_size=batch_size)
    found = list(batches.as_numpy_iterator())
    np.testing.assert_array_equal(
        np.concatenate([labels for _, labels in found]), np.arange(len(images))
    )
    np.testing.assert_allclose(
        np.concatenate([x for x, _ in found]), images / 127.5 - 1, atol=1e-6
    )
    assert seen == list(range(len(images)))  # each was read once
    list(batches)
    assert seen == 2 * list(range(len(images)))


def test_the_length_stays_known():
    batches = image_batches(stream(UNIT * 255), image_size=5, batch_size=3)
    assert len(batches) == 4


@pytest.mark.parametrize(
    "images",
    [UNIT, UNIT * 1.2, UNIT > 0.5, (UNIT > 0.5).astype("uint8"), UNIT.astype("f2")],
)
def test_arrays_from_nought_to_one(images):
    wanted = "from 0 to 255"
    with pytest.raises(ValueError, match=wanted):
        image_batches(images, image_size=5)
    with pytest.raises(ValueError, match=wanted):
        image_batches([images[0], images[1, :3]], image_size=5)


def test_a_dark_array_of_bytes_is_taken():
    images = np.zeros((3, 5, 7, 3), "uint8")
    assert next(iter(image_batches(images, image_size=5))).shape == (3, 5, 5, 3)
    images[0, 0, 0, 0] = 2
    assert next(iter(image_batches(images, image_size=5))).shape == (3, 5, 5, 3)


@pytest.mark.parametrize("name", ["mean", "std"])
@pytest.mark.parametrize(
    "value",
    [127.5, (123.675, 116.28, 103.53), 255 * np.array(IMAGENET_MEAN), -0.5, np.nan],
)
def test_mean_and_std_of_pixels_up_to_255(name, value):
    with pytest.raises(ValueError, match=f"{name} must be .*Received: {name}="):
        image_batches(UNIT * 255, image_size=5, **{name: value})


def test_mean_and_std_say_what_to_divide_by():
    with pytest.raises(ValueError, match="Divide what is meant .* by 255"):
        image_batches(UNIT * 255, image_size=5, mean=127.5, std=127.5)
