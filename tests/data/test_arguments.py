"""Every argument as NumPy, pandas or a backend gives it: right, or our own error."""

import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vit.data import Augmentation, Resize, class_names, image_batches

TENSOR = keras.ops.convert_to_tensor


def batches_of(pictures, labels=None, **options):
    source = pictures if labels is None else (pictures, labels)
    return image_batches(source, **{"image_size": (5, 7), "seed": 0} | options)


def first(*args, **options):
    found = next(batches_of(*args, **options).as_numpy_iterator())
    return found if isinstance(found, tuple) else (found,)


@pytest.mark.parametrize(
    "options, same",
    [
        ({"image_size": np.int64(5)}, {"image_size": 5}),
        ({"image_size": np.array(5)}, {"image_size": 5}),
        ({"image_size": np.array([5, 7])}, {}),
        ({"image_size": [np.int32(5), np.uint8(7)]}, {}),
        ({"image_size": TENSOR([5, 7])}, {}),
        ({"batch_size": np.int16(4)}, {"batch_size": 4}),
        ({"batch_size": np.array(4)}, {"batch_size": 4}),
        ({"channels": np.int64(1)}, {"channels": 1}),
        ({"training": np.True_}, {"training": True}),
        ({"one_hot": np.bool_(True)}, {"one_hot": True}),
        ({"mean": np.array([0.1, 0.2, 0.3])}, {"mean": (0.1, 0.2, 0.3)}),
        ({"mean": np.float64(0.25)}, {"mean": 0.25}),
        ({"std": np.array(0.25)}, {"std": 0.25}),
        ({"std": [np.float32(0.25)] * 3}, {"std": 0.25}),
        ({"std": TENSOR(0.25)}, {"std": 0.25}),
        ({"std": np.int8(1)}, {"std": 1}),
        ({"resize": np.str_("squash")}, {"resize": "squash"}),
        ({"crop_ratio": np.array(0.5)}, {"crop_ratio": 0.5}),
        ({"resize": Resize(crop_ratio=np.float32(0.5))}, {"crop_ratio": 0.5}),
        (
            {"num_classes": np.uint8(7), "one_hot": 1},
            {"num_classes": 7, "one_hot": True},
        ),
        ({"class_names": np.array(list("abcde"))}, {"num_classes": 5}),
        ({"class_names": np.array(list("abcde"), "S")}, {"num_classes": 5}),
        ({"cache": np.False_}, {"cache": False}),
        ({"drop_remainder": np.True_, "batch_size": 4}, {"batch_size": 4}),
        ({"seed": np.int64(3), "training": True}, {"seed": 3, "training": True}),
        ({"seed": np.array(0), "training": True}, {"training": True}),
        ({"shuffle_buffer": np.int64(1), "training": 1}, {}),
        ({"split": np.str_("train")}, {}),
    ],
)
def test_numbers_and_tuples_as_numpy_has_them(pictures, labels, options, same):
    for found, expected in zip(
        first(pictures, labels, **options), first(pictures, labels, **same), strict=True
    ):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"image_size": None}, "image_size must be"),
        ({"image_size": np.array([5.0, 7.0])}, "image_size must be"),
        ({"image_size": "224"}, "image_size must be"),
        ({"image_size": True}, "image_size must be"),
        ({"image_size": 2**70}, "image_size must be"),
        ({"batch_size": None}, "batch_size must be"),
        ({"batch_size": 2**70}, "batch_size must be"),
        ({"batch_size": np.array([4, 5])}, "batch_size must be"),
        ({"training": "no"}, "training must be True or False"),
        ({"training": None}, "training must be True or False"),
        ({"training": np.array([True, False])}, "training must be True or False"),
        ({"one_hot": "yes"}, "one_hot must be True or False"),
        ({"drop_remainder": 2}, "drop_remainder must be True or False"),
        ({"channels": "rgb"}, "channels must be"),
        ({"mean": [0.1, [0.2], 0.3]}, "mean must be one number"),
        ({"mean": np.ones((3, 1))}, "mean must be one number"),
        ({"mean": (True, True, True)}, "mean must be one number"),
        ({"std": "0.5"}, "std must be one number"),
        ({"std": (0.5, 0.5, None)}, "std must be one number"),
        ({"weights": 5}, "weights must be None or a name"),
        ({"weights": ["ms_in1k"]}, "weights must be None or a name"),
        ({"variant": 5}, "variant must be None or a name"),
        ({"augmentation": {"flip": True}}, "keras_vit.data.Augmentation"),
        ({"num_classes": True}, "num_classes must be a whole number"),
        ({"num_classes": "five"}, "num_classes must be a whole number"),
        ({"class_names": "ant"}, "class_names must be None, or the distinct names"),
        ({"class_names": ("ant", "ant")}, "class_names must be"),
        ({"class_names": (0, 1, 2)}, "class_names must be"),
        ({"class_names": list("abcdef"), "num_classes": 5}, "as many class_names as"),
        ({"cache": np.array(["a", "b"])}, "cache must be"),
        ({"cache": b"path"}, "cache must be"),
        ({"shuffle_buffer": "all"}, "shuffle_buffer must be"),
        ({"seed": 0.5}, "seed must be"),
        ({"seed": False}, "seed must be"),
        ({"seed": 2**64}, "seed must be"),
        ({"split": None}, "Splits belong to"),
        ({"split": np.array(["train", "test"])}, "Splits belong to"),
        ({"resize": ("crop", 0.5)}, "resize must be one of"),
        ({"interpolation": 3}, "interpolation must be one of"),
        ({"crop_area": np.array(0.5)}, "crop_area must be"),
    ],
)
def test_what_cannot_be_meant(pictures, labels, options, message):
    with pytest.raises(ValueError, match=message):
        batches_of(pictures, labels, **options)


def test_a_path_of_any_kind_for_the_cache(pictures, tmp_path):
    class Place:
        def __fspath__(self):
            return str(tmp_path / "own")

    for cache in (
        Place(),
        pathlib.PurePath(tmp_path / "pure"),
        np.str_(tmp_path / "s"),
    ):
        first(pictures, cache=cache)
    names = {file.name.split("-")[0] for file in tmp_path.glob("*.index")}
    assert names == {"own", "pure", "s"}


@pytest.mark.parametrize(
    "values, same",
    [
        ({"flip": np.False_}, {"flip": False}),
        ({"rand_augment": np.array([2, 9])}, {"rand_augment": (2, 9)}),
        ({"rand_augment": np.array([2, 9, 0.5])}, {"rand_augment": (2, 9, 0.5)}),
        ({"rand_augment": [np.int8(2), np.float32(9)]}, {"rand_augment": (2, 9)}),
        ({"random_erasing": np.float64(0.25)}, {"random_erasing": 0.25}),
        ({"mixup_alpha": np.array(0.5)}, {"mixup_alpha": 0.5}),
        ({"cutmix_alpha": np.int64(1)}, {"cutmix_alpha": 1.0}),
    ],
)
def test_augmentations_as_numpy_has_them(values, same):
    assert Augmentation(**values) == Augmentation(**same)
    assert hash(Augmentation(**values)) == hash(Augmentation(**same))


@pytest.mark.parametrize(
    "values, message",
    [
        ({"flip": "no"}, "flip must be True or False"),
        ({"flip": None}, "flip must be True or False"),
        ({"random_erasing": None}, "random_erasing must be a number"),
        ({"random_erasing": np.array([0.1, 0.2])}, "random_erasing must be a number"),
        ({"mixup_alpha": np.inf}, "mixup_alpha must be a number"),
        ({"mixup_alpha": np.nan}, "mixup_alpha must be a number"),
        ({"rand_augment": "rand-m9"}, "rand_augment must be None"),
        ({"rand_augment": (2, 9, 0.5, 1)}, "rand_augment must be None"),
        ({"rand_augment": (2.5, 9)}, "rand_augment must be None"),
        ({"rand_augment": np.array(9)}, "rand_augment must be None"),
        ({"rand_augment": (2, 9, -1)}, "rand_augment must be None"),
        ({"rand_augment": True}, "rand_augment must be None"),
    ],
)
def test_augmentations_that_cannot_be_meant(values, message):
    with pytest.raises(ValueError, match=message):
        Augmentation(**values)


@pytest.mark.parametrize(
    "make",
    [TENSOR, lambda x: x.tolist(), list, lambda x: [TENSOR(i) for i in x], memoryview],
)
def test_images_and_labels_of_any_kind(pictures, labels, make):
    images, found = first(make(pictures), make(labels))
    expected, _ = first(pictures, labels)
    np.testing.assert_array_equal(images, expected)
    np.testing.assert_array_equal(found, labels)


def sizes(pictures):
    """Gray, RGB and RGBA images of several sizes."""
    alpha = np.concatenate([pictures[2], pictures[3][..., :1]], -1)
    return [pictures[0, :7], pictures[1, :, :5, 0], alpha, pictures[4, :3, :3, :1]]


@pytest.mark.parametrize(
    "make, dtype",
    [
        (list, "uint8"),
        (list, "float32"),
        (tuple, "int64"),
        (lambda x: np.array([*x, None], object)[:-1], "uint8"),
        (lambda x: list(map(TENSOR, x)), "uint8"),
    ],
)
def test_lists_of_images_of_several_sizes(pictures, make, dtype):
    images = [image.astype(dtype) for image in sizes(pictures)]
    found, labels = first(make(images), np.arange(4), batch_size=4)
    for image, expected in zip(found, images, strict=True):
        stacked = expected[None] if expected.ndim == 3 else expected[None, ..., None]
        np.testing.assert_array_equal(image, first(stacked)[0][0])
    assert labels.tolist() == [0, 1, 2, 3]
    alone = make(images) if make is not tuple else (make(images),)
    np.testing.assert_array_equal(first(alone)[0], found)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_a_list_of_images_is_not_taken_for_a_pair(pictures, count):
    expected = first(pictures[:count])[0]
    np.testing.assert_array_equal(first(list(pictures[:count]))[0], expected)
    gray = list(pictures[:count, ..., 0])
    np.testing.assert_array_equal(first(gray)[0], first(pictures[:count, ..., :1])[0])


def test_a_list_may_hold_images_and_labels(pictures, labels):
    for source in (
        [pictures, labels],
        [pictures[..., 0], np.eye(5)[labels]],
        [list(pictures), labels.tolist()],
        [[pictures[0], pictures[1, :3]], [0, 1]],
        [pictures, None],
        [pictures, labels, np.ones(11)],
    ):
        found = next(image_batches(source, image_size=5).as_numpy_iterator())
        count = 1 if source[1] is None else len(source)
        assert (len(found) if isinstance(found, tuple) else 1) == count


@pytest.mark.parametrize(
    "images, message",
    [
        ([], r"Received the shape \(0,\)"),
        ([b"\x89PNG", b"GIF89a"], r"tf\.io\.read_file"),
        (["a.png", "b.png"], r"tf\.io\.read_file"),
        ([np.ones((5, 7, 3)), np.ones((5,))], r"shape \(5,\) at index 1"),
        ([np.ones((5, 7, 3)), np.ones((0, 7, 3))], r"shape \(0, 7, 3\) at index 1"),
        ([np.ones((5, 7, 3)), np.full((3, 3), 300)], "from 1 to 300"),
        ([[[1, 2], [3]], [[4]]], r"images\[0\] must be a NumPy array"),
        ([np.ones((5, 7, 3)), np.ones((5, 7, 3, 1))], "at index 1"),
        (np.ones((2, 5, 7, 3), complex), "type complex128"),
        (np.full((2, 5, 7, 3), np.inf), "from inf"),
    ],
)
def test_images_that_cannot_be_meant(images, message):
    for source in ((images,), (images, [0, 1])):
        with pytest.raises(ValueError, match=message):
            image_batches(source, image_size=5)


@pytest.mark.parametrize("source", [tf.ragged.constant([[1], [2, 3]]), object(), 1.5])
def test_other_things_are_no_sources(source):
    with pytest.raises(ValueError, match="Expected|must be an array"):
        image_batches(source, image_size=5)
    with pytest.raises(ValueError, match="carry the names of their classes"):
        class_names(source)


def test_names_are_for_labels_that_have_none():
    with pytest.raises(ValueError, match="'digits' has names of its own"):
        image_batches("digits", image_size=5, class_names=("a", "b"))
