import socket
import time

import numpy as np
import pytest
import tensorflow as tf

from keras_vit.data import class_names, image_batches

tfds = pytest.importorskip("tensorflow_datasets")


def test_sets_are_made_and_read_by_name(tfds_name):
    batches = image_batches(tfds_name, image_size=(13, 17), batch_size=7)
    assert len(batches) == 1
    images, labels = next(batches.as_numpy_iterator())
    assert images.shape == (7, 13, 17, 3)
    values = np.round((images.mean((1, 2, 3)) + 1) * 127.5)
    assert sorted(values) == [7, 27, 47, 67, 87, 107, 127]
    np.testing.assert_array_equal(labels, (values - 7) / 20 % 2)
    test = image_batches(f"{tfds_name}:1.0.0", split="test[1:]", image_size=5)
    assert next(iter(test))[0].shape == (2, 5, 5, 3)


def test_training_batches_are_reproducible(tfds_name):
    def epochs():
        batches = image_batches(
            tfds_name, image_size=5, batch_size=7, training=True, seed=3
        )
        return [next(batches.as_numpy_iterator())[1].tolist() for _ in range(4)]

    first = epochs()
    assert first == epochs()
    assert len(set(map(tuple, first))) > 1


def test_class_names(tfds_name):
    assert class_names(tfds_name) == ("odd", "even")
    assert len(class_names("cifar10")) == 10  # nothing is downloaded


@pytest.mark.parametrize(
    "name, split, message",
    [
        ("keras_vit_scans", "val", r"no split 'val'. It has: test, train"),
        ("keras_vit_scans:9.9.9", "train", "cannot be opened.*only: 1.0.0"),
        ("keras_vit_scams", "train", "Did you mean 'keras_vit_scans'"),
        ("imdb_reviews", "train", "no pair of a picture and a class"),
    ],
)
def test_what_does_not_exist(tfds_name, name, split, message):
    with pytest.raises(ValueError, match=message):
        image_batches(name, split=split, image_size=8)


def test_without_network_one_sentence_comes_soon(tfds_name, monkeypatch):
    def unreachable(address, timeout):
        raise OSError(f"no route to {address[1]}")

    monkeypatch.setattr(socket, "create_connection", unreachable)
    monkeypatch.setattr("urllib.request.getproxies", dict)
    start = time.monotonic()
    with pytest.raises(ValueError) as caught:
        image_batches("oxford_flowers102", image_size=8)
    assert time.monotonic() - start < 20
    for part in ("oxford_flowers102", "329 MiB", "no route to 443", "TFDS_DATA_DIR"):
        assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_broken_download_is_told(tfds_name, monkeypatch):
    def connect(address, timeout):
        return socket.socket()

    def fail(self):
        raise OSError("No space left\non device")

    monkeypatch.setattr(socket, "create_connection", connect)
    builder = type(tfds.builder("cifar10"))
    monkeypatch.setattr(builder, "download_and_prepare", fail)
    message = r"'cifar10' \(a download of 162 MiB\).*No space left on device"
    with pytest.raises(ValueError, match=message):
        image_batches("cifar10", image_size=8)


def test_a_missing_label_is_refused(tfds_name, monkeypatch):
    builder = type(tfds.builder(tfds_name))
    dataset = tf.data.Dataset.from_tensors({"image": b"", "label": np.int64(-1)})
    monkeypatch.setattr(builder, "as_dataset", lambda self, **_: dataset)
    message = f"Element 0 of the TFDS set {tfds_name} has the label -1"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        list(image_batches(tfds_name, image_size=8))


@pytest.mark.parametrize("kind", [str, np.str_, np.array, str.encode])
def test_names_of_any_type(tfds_name, kind):
    assert class_names(kind(tfds_name)) == ("odd", "even")
    batches = image_batches(kind(tfds_name), split=kind("test[:2]"), image_size=5)
    assert next(iter(batches))[0].shape[0] == 2
