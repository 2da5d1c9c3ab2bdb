import numpy as np
import pytest

from keras_vit.data import Augmentation, class_names, image_batches

EVERYTHING = Augmentation(
    rand_augment=(1, 9), random_erasing=0.5, mixup_alpha=0.4, cutmix_alpha=1.0
)


def epochs(count=2, **options):
    batches = image_batches(**options)
    return [list(batches.as_numpy_iterator()) for _ in range(count)]


def orders(pictures, **options):
    """The order of the images in three epochs."""
    source = (pictures, np.arange(11))
    options = {"image_size": 5, "training": True, "batch_size": 11} | options
    return [e[0][1].tolist() for e in epochs(3, source=source, **options)]


@pytest.mark.parametrize("cache, resize", [(True, "crop"), (False, "random_crop")])
def test_a_seed_fixes_every_epoch_and_each_differs(pictures, labels, cache, resize):
    options = {
        "source": (pictures, labels),
        "image_size": (5, 7),
        "batch_size": 5,
        "training": True,
        "augmentation": EVERYTHING,
        "cache": cache,
        "resize": resize,
    }
    first, again = epochs(seed=1, **options), epochs(seed=1, **options)
    for one, two in zip(first, again, strict=True):
        for (images, labels_), (images_again, labels_again) in zip(
            one, two, strict=True
        ):
            np.testing.assert_array_equal(images, images_again)
            np.testing.assert_array_equal(labels_, labels_again)
    assert np.abs(first[0][0][0] - first[1][0][0]).max() > 0.1
    other = epochs(count=1, seed=2, **options)
    assert np.abs(first[0][0][0] - other[0][0][0]).max() > 0.1
    assert first[0][0][0].min() >= -1 and first[0][0][0].max() <= 1


@pytest.mark.parametrize("cache", [True, False])
def test_training_shuffles_everything_anew_each_epoch(pictures, cache):
    seen = orders(pictures, seed=0, cache=cache)
    assert all(sorted(order) == list(range(11)) for order in seen)
    assert len(set(map(tuple, seen))) == 3
    assert orders(pictures, seed=0, cache=cache) == seen
    assert orders(pictures, cache=cache) != orders(pictures, cache=cache)


def test_a_buffer_of_one_does_not_shuffle(pictures):
    assert orders(pictures, shuffle_buffer=1, seed=0) == [list(range(11))] * 3


def test_evaluation_keeps_all_in_order(pictures):
    assert orders(pictures, training=False) == [list(range(11))] * 3


def test_random_crops_are_not_frozen_by_a_cache(pictures, labels):
    first, second = epochs(
        source=(pictures[:1], labels[:1]),
        image_size=5,
        training=True,
        resize="random_crop",
        cache=True,
    )
    assert np.abs(first[0][0] - second[0][0]).max() > 0.1


def test_a_cache_in_a_file(pictures, labels, tmp_path):
    options = {"source": (pictures, labels), "image_size": 5, "cache": tmp_path / "c"}
    first, second = epochs(**options)
    assert list(tmp_path.glob("c*.index"))
    np.testing.assert_array_equal(first[0][0], second[0][0])


@pytest.mark.parametrize(
    "training, drop, sizes",
    [(True, None, [4, 4]), (False, None, [4, 4, 3]), (True, False, [4, 4, 3])],
)
def test_the_last_batch_and_the_length(pictures, labels, training, drop, sizes):
    batches = image_batches(
        (pictures, labels),
        image_size=5,
        batch_size=4,
        training=training,
        drop_remainder=drop,
        seed=0,  # without one, batches come as soon as they are ready
    )
    assert len(batches) == len(sizes)
    assert [len(images) for images, _ in batches] == sizes
    assert batches.element_spec[0].shape[0] == (4 if sizes == [4, 4] else None)
    assert batches.element_spec[0].shape[1:] == (5, 5, 3)


def test_a_set_smaller_than_a_batch_still_trains(pictures, labels):
    batches = image_batches((pictures, labels), image_size=5, training=True)
    assert [len(images) for images, _ in batches] == [11]


def test_one_hot_labels(pictures, labels):
    options = {"source": (pictures, labels), "image_size": 5, "one_hot": True}
    ((images, found),) = epochs(1, **options)[0]
    np.testing.assert_array_equal(found, np.eye(5)[labels])
    ((images, found),) = epochs(1, num_classes=7, **options)[0]
    assert found.shape == (11, 7)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"image_size": 0}, "image_size must be"),
        ({"image_size": (5, 7, 3)}, r"Received: image_size=\(5, 7, 3\)"),
        ({"image_size": 5.5}, "image_size must be"),
        ({"batch_size": 0}, "batch_size must be a whole number above zero"),
        ({"channels": -1}, "Received: channels=-1"),
        ({"resize": "stretch"}, "'crop', 'squash', 'random_crop'"),
        ({"resize": "random_crop"}, "training=True"),
        ({"interpolation": "cubic"}, "'bicubic', 'bilinear', 'nearest'"),
        ({"crop_ratio": 1.2}, "crop_ratio must be"),
        ({"crop_area": (0.5, 0.1)}, "lowest <= highest"),
        ({"crop_area": 0.5}, "crop_area must be"),
        ({"mean": (0.1, 0.2)}, "each of the 3 channels"),
        ({"std": 0}, "std must be above zero"),
        ({"augmentation": Augmentation()}, "training=True"),
        ({"augmentation": "flip"}, "keras_vit.data.Augmentation"),
        ({"num_classes": 3}, "label 3 at index 3"),
        ({"cache": 5}, "cache must be"),
        ({"shuffle_buffer": 0}, "shuffle_buffer must be"),
        ({"seed": -1}, "seed must be"),
        ({"split": "test"}, "Splits belong to data sets by name"),
        ({"batch_size": 12, "drop_remainder": True}, "No batch is left"),
        ({"channels": 2}, "Images of 3 channels"),
    ],
)
def test_bad_arguments(pictures, labels, options, message):
    with pytest.raises(ValueError, match=message):
        image_batches(**{"source": (pictures, labels), "image_size": 5} | options)


def test_no_thread_tunes_lest_the_end_of_an_epoch_wait_for_it(pictures, labels):
    for training in (True, False):
        batches = image_batches((pictures, labels), image_size=5, training=training)
        assert batches.options().autotune.enabled is False


@pytest.mark.parametrize("source", [None, 5, (1, 2, 3, 4), {"image": 1}, iter("a")])
def test_unknown_sources(source):
    with pytest.raises(ValueError, match=f"Received: {type(source).__name__}"):
        image_batches(source, image_size=5)
    with pytest.raises(ValueError, match="carry the names of their classes"):
        class_names(source)
