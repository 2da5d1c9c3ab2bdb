"""Folders as people have them: their splits, their classes, and what lies between."""

import unicodedata

import numpy as np
import pytest
import tensorflow as tf

from keras_vit.data import class_names, image_batches
from keras_vit.data.folder import folder_source
from keras_vit.data.split_words import split_word

CLASSES = ("ant", "bee", "cow")


def put(root, *paths):
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"a picture, had it been opened")


def read(root, split="train"):
    """Return the names of the labels, and the classes that the files' paths name."""
    records = list(folder_source(root, split).records.as_numpy_iterator())
    names = class_names(root)
    paths = [path.decode().removeprefix(str(root)).lower() for path, _ in records]
    shown = [next(c for c in CLASSES if f"/{c}/" in path) for path in paths]
    return [names[label] for _, label in records], shown


@pytest.mark.parametrize(
    "train, other, asked",
    [
        ("Train", "Test", "test"),
        ("TRAINING", "TESTING", "Testing"),
        ("training_set", "test_set", "test"),
        ("trainSet", "TestImages", "test"),
        ("train2017", "val2017", "val"),
        ("train", "valid", "validation"),
        ("train", "Validation", "valid"),
        ("traindata", "evaluation", "eval"),
        ("seg_train/seg_train", "seg_test/seg_test", "test"),
        ("seg_train/seg_train", "seg_test/seg_test", "seg_test"),
        ("archive/my data/asl train", "archive/my data/asl test", "test"),
        ("train/images", "val/images", "validation"),
    ],
)
def test_splits_in_any_usual_spelling(tmp_path, train, other, asked):
    put(tmp_path, *(f"{train}/{c}/{i}.png" for c in CLASSES for i in range(2)))
    put(tmp_path, *(f"{other}/{c}/1.png" for c in CLASSES[1:]))
    put(tmp_path, "seg_pred/seg_pred/1.png")  # a folder more, as Kaggle has it
    if train.startswith("archive"):
        (tmp_path / "seg_pred").rename(tmp_path / ".seg_pred")
    assert class_names(tmp_path) == CLASSES
    labels, shown = read(tmp_path)
    assert labels == shown == [c for c in CLASSES for _ in range(2)]
    labels, shown = read(tmp_path, split=asked)
    assert labels == shown == ["bee", "cow"]
    labels, _ = read(tmp_path, split=f"train+{asked}[:1]")
    assert labels == ["ant", "ant", "bee", "bee", "cow", "cow", "bee"]


@pytest.mark.parametrize("before", ["", "dataset/", "outer/in ner/"])
@pytest.mark.parametrize("after", ["", "images/", "JPEGImages/"])
def test_folders_around_undivided_classes(tmp_path, before, after):
    put(tmp_path, *(f"{before}{c}/{after}1.png" for c in CLASSES))
    (tmp_path / "README.md").write_text("About them")
    assert class_names(tmp_path) == CLASSES
    labels, shown = read(tmp_path)
    assert labels == shown == list(CLASSES)


@pytest.mark.parametrize(
    "name, word",
    [
        ("Train", "train"),
        ("testset", "test"),
        ("TESTset", "test"),
        ("my-val-images", "validation"),
        ("train_val", None),
        ("contest", None),
        ("strain", None),
        ("latest", None),
        ("Prüfung", None),
        ("", None),
    ],
)
def test_split_words(name, word):
    assert split_word(name) == word


def test_a_class_may_be_named_as_a_split(tmp_path):
    put(tmp_path, "car/1.png", "plane/1.png", "train/1.png", "train/deeper/2.png")
    assert class_names(tmp_path) == ("car", "plane", "train")
    labels = [int(label) for _, label in folder_source(tmp_path).records]
    assert labels == [0, 1, 2, 2]


@pytest.mark.parametrize(
    "paths, problem, lines",
    [
        (  # groups of classes
            [
                "flora/ant/1.png",
                "flora/bee/1.png",
                "flora/bee/2.png",
                "fauna/cow/1.png",
            ],
            "fauna is no folder of one class",
            ["├── fauna\n", "│   └── cow (1 picture)\n", "    └── bee (2 pictures)\n"],
        ),
        (  # splits within classes
            ["ant/train/1.png", "ant/test/1.png", "bee/train/1.png"],
            "ant is no folder of one class",
            ["│   ├── test (1 picture)\n", "└── bee\n"],
        ),
        (  # as detectors have them
            ["train/images/1.png", "train/labels/1.png", "val/images/1.png"],
            "images is no folder of one class",
            ["├── train\n", "│   ├── images (1 picture)\n"],
        ),
        (  # splits without classes
            ["Train/ant.png", "Train/bee.png", "Test/1.png"],
            "has no folder for each class",
            ["└── Train (2 pictures)\n"],
        ),
        (  # pictures beside the classes of an only folder, or of a split
            ["set/preview.png", "set/ant/1.png", "set/bee/1.png"],
            "set is no folder of one class",
            ["└── set (1 picture)\n"],
        ),
        (
            ["train/preview.png", "train/ant/1.png", "train/bee/1.png", "cow/1.png"],
            "train is no folder of one class",
            ["└── train (1 picture)\n"],
        ),
        (["train/train/1.png"], "has no folder for each class", ["└── train\n"]),
        (["images/1.png", "images/2.png"], "images is no folder", ["(2 pictures)"]),
        (
            [f"{group}/{i}/1.png" for group in "abcdefg" for i in range(6)],
            "a is no folder of one class",
            ["│   └── ... and 2 more folders\n", "└── ... and 3 more folders\n"],
        ),
    ],
)
def test_another_layout_is_drawn(tmp_path, paths, problem, lines):
    put(tmp_path, *paths)
    for use in (class_names, lambda root: image_batches(root, image_size=3)):
        with pytest.raises(ValueError) as caught:
            use(tmp_path)
        assert problem in str(caught.value)
        assert f"\n{tmp_path}\n" in str(caught.value)
        for line in lines:
            assert line in str(caught.value)


def test_the_likely_folder_is_named(tmp_path):
    put(tmp_path, "Annotation/list/1.png", "Images/ant/1.png", "Images/bee/1.png")
    with pytest.raises(ValueError, match=f"perhaps {tmp_path / 'Images'}, or"):
        class_names(tmp_path)
    assert class_names(tmp_path / "Images") == ("ant", "bee")


@pytest.mark.parametrize("unlabeled", ["test/1.png", "test/test/1.png"])
def test_a_split_without_labels_adds_no_class(tmp_path, unlabeled):
    put(tmp_path, "train/ant/1.png", "train/bee/1.png", unlabeled)
    assert class_names(tmp_path) == ("ant", "bee")
    with pytest.raises(ValueError, match="no split 'test'.*test is none, as pictures"):
        image_batches(tmp_path, split="test", image_size=3)


def test_splits_that_mean_the_same_are_asked_for_by_name(tmp_path):
    put(tmp_path, "train/ant/1.png", "test_a/ant/1.png", "test_b/bee/1.png")
    assert read(tmp_path, split="test_b")[0] == ["bee"]
    with pytest.raises(ValueError, match="'test' .* any of 'test_a', 'test_b'"):
        image_batches(tmp_path, split="test", image_size=3)


def test_a_class_is_written_alike_in_all_splits(tmp_path):
    put(tmp_path, "Train/Ant/1.png", "Train/bee/1.png", "Test/ant/1.png")
    with pytest.raises(ValueError, match="one class in 2 ways: .*ant, .*Ant. Give"):
        class_names(tmp_path)


def test_letters_in_two_cases_are_two_classes(tmp_path):
    put(tmp_path, "train/a/1.png", "train/A/1.png", "test/a/1.png")
    if len(list((tmp_path / "train").iterdir())) < 2:
        pytest.skip("names on this disk have no case")
    assert class_names(tmp_path) == ("A", "a")


def test_one_accent_in_two_codes_is_one_class(tmp_path):
    one, two = (unicodedata.normalize(form, "café bee") for form in ("NFC", "NFD"))
    put(tmp_path, f"train/{one}/1.png", "train/ant/1.png", f"test/{two}/1.png")
    assert class_names(tmp_path) == ("ant", one)
    assert [int(label) for _, label in folder_source(tmp_path, "test").records] == [1]


def test_pictures_beside_the_classes_are_told(tmp_path):
    put(tmp_path, "set/ant/1.png", "set/bee/1.png", "preview.png")
    with pytest.warns(
        UserWarning, match=f"{tmp_path} holds pictures beside its sub-folders"
    ):
        batches = image_batches(tmp_path, image_size=3, batch_size=1)
    assert len(batches) == 2


def test_batches_have_the_labels_of_the_class_names(tmp_path):
    for i, name in enumerate(CLASSES):
        put(tmp_path, f"Training/{name}/1.png", f"Testing/{name}/1.png")
        image = tf.io.encode_png(np.full((3, 2, 3), 50 * i, "uint8")).numpy()
        (tmp_path / "Testing" / name / "1.png").write_bytes(image)
    batches = image_batches(tmp_path, split="test", image_size=3, mean=0.0, std=1.0)
    images, labels = next(iter(batches))
    levels = np.round(images.numpy().mean((1, 2, 3)) * 255 / 50)
    assert levels.tolist() == labels.numpy().tolist() == [0, 1, 2]
    assert class_names(tmp_path) == CLASSES
