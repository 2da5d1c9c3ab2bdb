import numpy as np
import pytest

from benchmarks.memory import held_mib
from keras_vit.data import image_batches

WHOLE = {"image_size": (13, 17), "resize": "squash", "mean": 0, "std": 1}


def collect(batches):
    parts = list(batches.as_numpy_iterator())
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32", "float64"])
def test_pixels_and_labels_come_through_in_order(pictures, labels, dtype):
    source = (pictures.astype(dtype), labels)
    batches = image_batches(source, image_size=(13, 17), batch_size=4)
    images, found = collect(batches)
    np.testing.assert_allclose(images, pictures / 127.5 - 1, atol=1e-6)
    np.testing.assert_array_equal(found, labels)
    assert found.dtype == np.int64 and images.dtype == np.float32


def test_grey_images_and_labels_of_keras_datasets(pictures, labels):
    source = (pictures[..., 0], labels[:, None])
    images, found = collect(image_batches(source, image_size=(13, 17), mean=0, std=1))
    expected = np.repeat(pictures[..., :1] / 255, 3, -1)
    np.testing.assert_allclose(images, expected, atol=1e-6)
    np.testing.assert_array_equal(found, labels)


BAD_IMAGES = [
    (lambda x: x[0], r"Received 13 images|as many labels"),
    (lambda x: x[:, 0, 0], r"Received the shape \(11, 3\)"),
    (lambda x: x[:0], r"Received the shape \(0, 13, 17, 3\)"),
    (lambda x: x / 255.0, "multiply them by 255"),
    (lambda x: x / 127.5 - 1, "from -1 to 1"),
    (lambda x: x.astype(int) + 200, "from 200 to 455"),
    (lambda x: np.full(x.shape, np.nan), "from nan"),
    (lambda x: x.astype(str), "Received the type <U3"),
    (lambda x: x[:7], "7 images and 11 labels"),
]


@pytest.mark.parametrize("change, message", BAD_IMAGES)
def test_bad_images(pictures, labels, change, message):
    with pytest.raises(ValueError, match=message):
        image_batches((change(pictures), labels), image_size=8)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda y: y.astype(float), r"num_classes=5 .* labels\.astype\('int64'\)"),
        (lambda y: np.eye(6)[y], r"must be \(N, 5\)"),
        (lambda y: np.eye(5, dtype=int)[y] * 2, r"from 0 to 2. .*astype\('float32'\)"),
        (lambda y: np.eye(5)[y] + np.nan, "Received nan at index 0, and 54 more"),
        (lambda y: [[int(i)] * (1 + int(i)) for i in y], "several classes an image"),
        (lambda y: y.astype(str), "need class_names"),
        (lambda y: y.astype(complex), "type complex128"),
        (lambda y: y[:7], "11 images and 7 labels"),
        (lambda y: y[:0], r"the shape \(0,\)"),
        (lambda y: [{"class": 1}] * 11, "type object"),
        (lambda y: y - 1, "label -1 at index 0, and 1 more"),
        (lambda y: y + 2, "label 5 at index 3, and 4 more"),
    ],
)
def test_bad_labels(pictures, labels, change, message):
    with pytest.raises(ValueError, match=message):
        image_batches((pictures, change(labels)), image_size=8, num_classes=5)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("offset", [0, 1, 4, 37, 64])
def test_memory_may_begin_anywhere(pictures, dtype, offset):
    size = pictures.size * np.dtype(dtype).itemsize
    memory = np.zeros(size + 200, "uint8")
    begin = -memory.ctypes.data % 64 + offset
    images = memory[begin : begin + size].view(dtype).reshape(pictures.shape)
    images[:] = pictures
    for source in (images, images[:3], images[::-1], list(images)):
        found = collect(image_batches((source, np.arange(len(source))), **WHOLE))[0]
        np.testing.assert_allclose(found, np.asarray(source) / 255, atol=1e-6)


@pytest.mark.slow
def test_arrays_that_may_only_be_read_are_taken(pictures, labels):
    images = pictures.copy()
    images.flags.writeable = False
    found = collect(image_batches((images, labels), **WHOLE))[0]
    np.testing.assert_allclose(found, pictures / 255, atol=1e-6)


@pytest.mark.slow
def test_arrays_are_not_copied():
    images = np.full((2**8, 2**9, 2**9, 1), 255, "uint8")  # 64 MiB
    image_batches(images[:2], image_size=8)
    before = held_mib()
    batches = image_batches(images, image_size=8)
    assert held_mib() - before < 32
    del images
    assert np.all(next(iter(batches)).numpy() == 1)
