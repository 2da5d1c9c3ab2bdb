"""Which files of a folder are taken for pictures, under whatever name."""

import contextlib
import os

import numpy as np
import pytest
import tensorflow as tf

from keras_vit.data import class_names, image_batches
from keras_vit.data.picture_files import SUFFIXES, UNREAD_SUFFIXES
from keras_vit.data.sources import open_source

PNG = tf.io.encode_png(np.zeros((3, 2, 3), "uint8")).numpy()


def write(root, *names, content=PNG):
    root = os.fsencode(root)
    for name in map(os.fsencode, names):
        os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
        with open(os.path.join(root, name), "wb") as file:
            file.write(content)


def labels(source, split="train"):
    source = open_source(
        source, shuffle=False, seed=None, num_classes=None, split=split
    )
    return [int(label) for _, label in source.records]


def read(root):
    return list(image_batches(root, image_size=3))


@pytest.mark.parametrize("inside", ["", "cat/", "cat/deeper/"])
def test_what_systems_leave_behind_is_no_picture(tmp_path, inside):
    write(tmp_path, "cat/1.png", "cat/deeper/2.png", "dog/1.png")
    litter = (
        ".ipynb_checkpoints/1-checkpoint.png",
        "__MACOSX/cat/1.png",
        "__MACOSX/._1.png",
        "@eaDir/1.png",
        "._1.png",
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
    )
    write(tmp_path, *(inside + name for name in litter))
    assert class_names(tmp_path) == ("cat", "dog")
    assert labels(tmp_path) == [0, 0, 1]


@pytest.mark.parametrize("divided", [False, True])
def test_names_in_any_encoding(tmp_path, divided):
    root = os.fsencode(tmp_path)
    start = b"train/" if divided else b""
    names = [b"caf\xe9", b"a b", b"%s{}$HOME", "犬".encode(), "naïve 🐕".encode()]
    try:
        write(tmp_path, *(start + name + b"/\xff 1.png" for name in names))
        write(tmp_path, start + b"a b/two\nlines.png", start + b"a b/#?*[1].png")
    except OSError:
        pytest.skip("this disk takes no such names")
    found = class_names(root)
    assert found == ("%s{}$HOME", "a b", "caf\\xe9", "naïve 🐕", "犬")
    assert "".join(found).encode()  # can be printed
    assert labels(root) == [0, 1, 1, 1, 2, 3, 4]
    assert len(read(root)[0][1]) == 7
    write(tmp_path, start + b"caf\xe9/\xff 1.png", content=b"no picture")
    message = "caf\ufffd/\ufffd 1.png cannot be read as an image"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        read(root)


class Place:
    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return self.path


@pytest.mark.parametrize(
    "kind",
    [
        os.fsencode,
        np.str_,
        np.array,
        Place,
        lambda path: np.bytes_(os.fsencode(path)),
        lambda path: Place(os.fsencode(path)),
        lambda path: path + "/",
    ],
)
def test_paths_of_any_type(tmp_path, kind):
    write(tmp_path, "cat/1.png", "dog/1.png")
    source = kind(str(tmp_path))
    assert class_names(source) == ("cat", "dog")
    assert labels(source, split=np.str_("train[:1]")) == [0]
    assert labels(source, split=b"train[:1]") == [0]


def test_names_of_sets_of_any_type():
    assert class_names(b"digits") == class_names(np.str_("digits"))


def test_a_picture_is_known_by_its_content_where_its_name_says_nothing(tmp_path):
    write(tmp_path, "cat/1", "cat/2.png_large", "cat/3.png")
    write(tmp_path, "cat/about", "cat/notes.txt", content=b"not a picture")
    assert labels(tmp_path) == [0, 0, 0]


def test_every_ending_that_pillow_reads_is_known():
    image = pytest.importorskip("PIL.Image")
    endings = image.registered_extensions().items()
    read = {ending for ending, form in endings if form in image.OPEN}
    # These hold no pixels that Pillow itself could read.
    stubs = {".bufr", ".grib", ".h5", ".hdf", ".mpeg", ".mpg"}
    assert read - SUFFIXES <= stubs | {".emf", ".wmf"}
    assert not SUFFIXES & UNREAD_SUFFIXES


@pytest.mark.parametrize("ending", [".HEIC", ".jxl", ".nef", ".svg", ".dcm"])
def test_a_format_that_is_not_read_is_named(tmp_path, ending):
    write(tmp_path, "cat/1.png", "cat/two" + ending)
    with pytest.raises(ValueError, match=f"two{ending} is in a format that neither"):
        image_batches(tmp_path, image_size=3)


def test_links(tmp_path):
    write(tmp_path / "elsewhere", "part/1.png", "2.png")
    root = tmp_path / "root"
    write(root, "dog/1.png", "cat/1.png")
    (root / "cow").symlink_to(tmp_path / "elsewhere")
    (root / "dog" / "more").symlink_to(tmp_path / "elsewhere" / "part")
    (root / "cat" / "circle").symlink_to(root)
    assert class_names(root) == ("cat", "cow", "dog")
    assert labels(root) == [0, 1, 1, 2, 2]
    (root / "cat" / "lost.png").symlink_to(root / "nowhere.png")
    with pytest.raises(
        ValueError, match=r"lost\.png is a link to a file that does not"
    ):
        image_batches(root, image_size=3)


def test_a_file_that_goes_away_is_named(tmp_path):
    write(tmp_path, "cat/1.png", "cat/2.png")
    batches = image_batches(tmp_path, image_size=3)
    (tmp_path / "cat" / "2.png").unlink()
    message = r"cat/2\.png cannot be read as an image: it is empty, or cannot be opened"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        list(batches)


def test_an_archive_is_to_be_unpacked(tmp_path):
    write(tmp_path, "set.zip")
    with pytest.raises(ValueError, match=r"set\.zip is a file, not a folder.*unpack"):
        image_batches(tmp_path / "set.zip", image_size=3)
    with pytest.raises(ValueError, match=r"set\.zip is a file"):
        class_names(str(tmp_path / "set.zip"))


MISSING = [
    "My Pictures",
    "flowers-17",
    "flowers.v2",
    "data/flowers",
    "a/b/c",
    "data\\flowers",
    "cifar10/",
    "gs://bucket/flowers",
    "",
]


@pytest.mark.parametrize("name", MISSING)
def test_what_is_not_there_is_said_in_few_words(tmp_path, monkeypatch, name):
    pytest.importorskip("tensorflow_datasets")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other").mkdir()
    with pytest.raises(ValueError) as caught:
        image_batches(name, image_size=3)
    message = str(caught.value)
    assert message.startswith("There is no ") and name.rstrip("/") in message
    assert "\n" not in message and len(message) < 350 + len(str(tmp_path))
    assert "builder" not in message
    assert name == "" or "other" in message


@pytest.mark.parametrize(
    "asked, near",
    [
        ("flowrs", "flowers"),
        ("FLOWERS 1", "flowers"),
        ("./Flowers1/train", "flowers"),
        ("flowers/trian", "flowers/train"),
        ("{root}/flowers/Training", "flowers/train"),
    ],
)
def test_near_names_of_folders(tmp_path, monkeypatch, asked, near):
    pytest.importorskip("tensorflow_datasets")
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "flowers/train/cat/1.png", "flowers/test/cat/1.png", "zebra/1.png")
    with pytest.raises(ValueError, match=f"Did you mean {tmp_path / near}"):
        image_batches(asked.format(root=tmp_path), image_size=3)


def test_files_are_listed_and_not_looked_at_one_by_one(tmp_path, monkeypatch):
    """The first of each folder is, lest all be empty."""
    write(tmp_path, *(f"cat/{i}.png" for i in range(13)), "cat/more/1.png", "dog/1.png")
    asked = []
    scandir = os.scandir

    class Entry:
        def __init__(self, entry):
            self.entry = entry

        def __getattr__(self, name):
            return getattr(self.entry, name)

        def stat(self):
            asked.append(self.entry.name)
            return self.entry.stat()

    @contextlib.contextmanager
    def watched(path):
        with scandir(path) as entries:
            yield map(Entry, entries)

    monkeypatch.setattr("keras_vit.data.picture_files.os.scandir", watched)
    assert labels(tmp_path) == [0] * 14 + [1]
    assert asked == ["0.png", "1.png", "1.png"]


def test_an_empty_file_beyond_the_first_is_named_when_it_is_read(tmp_path):
    write(tmp_path, "cat/1.png")
    write(tmp_path, "cat/2.png", content=b"")
    message = r"cat/2\.png cannot be read as an image: it is empty"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        read(tmp_path)
