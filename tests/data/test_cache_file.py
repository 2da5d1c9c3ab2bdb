"""A cache in a file belongs to one source, one split and one way of making images."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from keras_vit.data import Resize, image_batches, steps


def collect(source, cache, **options):
    options = {"image_size": 5, "mean": 0, "std": 1 / 255, "cache": cache} | options
    return list(image_batches(source, **options).as_numpy_iterator())


def of_one_value(value, labels=(0, 1, 2)):
    return np.full((3, 5, 5, 3), value, "uint8"), np.array(labels)


def stream(value):
    return tf.data.Dataset.from_tensor_slices(of_one_value(value))


@pytest.mark.parametrize("kind", [of_one_value, stream])
def test_two_sources_may_share_a_path(tmp_path, kind):
    for value in (10, 200, 10):
        ((images, _),) = collect(kind(value), tmp_path / "cache")
        np.testing.assert_allclose(images, value, rtol=1e-5)


def test_images_that_are_equal_may_have_other_labels_and_weights(tmp_path):
    images, labels = of_one_value(10)
    for shift in (0, 1):
        ((_, found),) = collect((images, labels + shift), tmp_path / "cache")
        assert found.tolist() == [0 + shift, 1 + shift, 2 + shift]
    weights = np.array([3.0, 5.0, 7.0])
    for source in ((images, labels, weights), (images, labels, weights + 1)):
        ((_, _, found),) = collect(source, tmp_path / "cache")
        np.testing.assert_array_equal(found, source[2])
    assert collect(images, tmp_path / "cache")[0].shape == (3, 5, 5, 3)


def test_two_splits_may_share_a_path(tmp_path, tfds_name):
    for name in (tfds_name, "digits"):
        for split in ("train", "test"):
            kept = collect(name, tmp_path / "cache", split=split)
            fresh = collect(name, False, split=split)
            assert len(kept) == len(fresh)
            for (images, labels), (images_, labels_) in zip(kept, fresh, strict=True):
                np.testing.assert_array_equal(images, images_)
                np.testing.assert_array_equal(labels, labels_)


def test_splits_of_a_folder_and_a_picture_that_was_replaced(tmp_path):
    def write(split, value):
        place = tmp_path / "root" / split / "ant"
        place.mkdir(parents=True, exist_ok=True)
        picture = np.full((5, 5, 3), value, "uint8")
        (place / "0.png").write_bytes(tf.io.encode_png(picture).numpy())

    write("train", 10)
    write("test", 200)
    options = {"cache": tmp_path / "cache", "source": tmp_path / "root"}
    for split, value in (("train", 10), ("test", 200)):
        ((images, _),) = collect(split=split, **options)
        np.testing.assert_allclose(images, value, rtol=1e-5)
    write("train", 90)
    ((images, _),) = collect(split="train", **options)
    np.testing.assert_allclose(images, 90, rtol=1e-5)


SETTINGS = [
    {"image_size": 3},
    {"image_size": (5, 7)},
    {"channels": 1},
    {"resize": "squash"},
    {"resize": Resize("crop", "nearest")},
    {"crop_ratio": 0.5},
]


def test_other_settings_may_share_a_path(tmp_path, pictures, labels):
    for settings in [{}, *SETTINGS]:
        source = (pictures, labels)
        kept = collect(source, tmp_path / "cache", **settings)
        fresh = collect(source, False, **settings)
        np.testing.assert_array_equal(kept[0][0], fresh[0][0])


def test_training_leaves_the_order_of_evaluation_alone(tmp_path, pictures):
    source = (pictures, np.arange(11))
    collect(source, tmp_path / "cache", training=True, seed=0)
    ((_, found),) = collect(source, tmp_path / "cache")
    assert found.tolist() == list(range(11))


def test_the_same_images_are_read_again_and_not_made_again(tmp_path):
    made = []

    def generate():
        made.append(None)
        yield np.full((5, 5, 3), 10, "uint8")

    spec = tf.TensorSpec((5, 5, 3), tf.uint8)
    source = tf.data.Dataset.from_generator(generate, output_signature=spec)
    batches = image_batches(source, image_size=5, cache=tmp_path / "cache")
    for _ in range(3):
        list(batches)
    assert len(made) == 1
    of_arrays = of_one_value(10)
    collect(of_arrays, tmp_path / "cache")
    count = len(list(tmp_path.iterdir()))
    collect(of_arrays, tmp_path / "cache")
    assert len(list(tmp_path.iterdir())) == count


def test_a_folder_that_exists_and_one_that_does_not(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    collect(of_one_value(10), str(tmp_path))
    assert list(tmp_path.glob("images-*.index"))
    collect(of_one_value(10), "~/deep/er/cache")
    assert list((tmp_path / "deep/er").glob("cache-*.index"))


CHILD = """
import sys, numpy as np, tensorflow as tf
from keras_vit.data import image_batches
images = np.full((3, 5, 5, 3), 10, "uint8")
for source in (images, tf.data.Dataset.from_tensor_slices(images)):
    list(image_batches(source, image_size=5, cache=sys.argv[1]))
"""


@pytest.mark.slow
def test_what_cannot_be_told_apart_goes_with_the_process(tmp_path):
    path = str(tmp_path / "cache")
    subprocess.run([sys.executable, "-c", CHILD, path], check=True)
    assert len(list(tmp_path.glob("*.index"))) == 1


def orders(pictures, **options):
    source = (pictures, np.arange(11))
    options = {"image_size": 5, "training": True, "batch_size": 11} | options
    batches = image_batches(source, **options)
    return [next(batches.as_numpy_iterator())[1].tolist() for _ in range(3)]


def test_a_shuffle_counts_the_bytes_that_a_file_gives_it(
    tmp_path, pictures, monkeypatch
):
    # Room for a single image of 75 bytes.
    monkeypatch.setattr(steps, "FILE_SHUFFLE_BYTES", 11 * 8)
    first, second, third = orders(pictures, cache=tmp_path / "cache", seed=0)
    assert first == second == third
    assert sorted(first) == list(range(11)) != first  # the file itself is mixed
    # In memory they are there anyway, and shuffled by reference.
    first, second, third = orders(pictures, cache=True, seed=0)
    assert first != second != third


def test_a_buffer_of_one_keeps_the_order_of_a_file_too(tmp_path, pictures):
    options = {"cache": tmp_path / "cache", "seed": 0}
    assert orders(pictures, **options)[0] != list(range(11))
    found = orders(pictures, shuffle_buffer=1, **options)
    assert found == [list(range(11))] * 3


def test_how_many_elements_are_shuffled_among():
    assert steps.buffer_size(None, 10**6, 224 * 224 * 3, 2**28) == 2**28 // 150528
    assert steps.buffer_size(None, 100, 224 * 224 * 3, 2**28) == 100
    assert steps.buffer_size(None, 10**6, 0, 2**30) == 10**6
    assert steps.buffer_size(None, None, 8, 2**30) == steps.SHUFFLE_ELEMENTS
    assert steps.buffer_size(None, 10**6, None, 2**30) == steps.SHUFFLE_ELEMENTS
    assert steps.buffer_size(None, 10**6, 2**40, 2**30) == 1
    assert steps.buffer_size(7, 10**6, 2**40, 2**30) == 7


@pytest.mark.parametrize("seed", [0, 1])
def test_a_file_written_by_another_changes_no_order(tmp_path, pictures, seed):
    fresh = orders(pictures, cache=tmp_path / "first", seed=seed)
    orders(pictures, cache=tmp_path / "second")
    assert orders(pictures, cache=tmp_path / "second", seed=seed) == fresh


def test_random_crops_come_from_a_file_too(tmp_path, pictures, labels):
    batches = image_batches(
        (pictures[:1], labels[:1]),
        image_size=5,
        training=True,
        resize="random_crop",
        cache=tmp_path / "cache",
    )
    first, second = (next(iter(batches))[0].numpy() for _ in range(2))
    assert np.abs(first - second).max() > 0.1
