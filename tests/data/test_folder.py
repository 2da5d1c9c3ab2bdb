import shutil

import numpy as np
import pytest
import tensorflow as tf

from keras_vit.data import class_names, image_batches


def read(source, **options):
    batches = image_batches(source, image_size=(13, 17), batch_size=64, **options)
    images, labels = next(batches.as_numpy_iterator())
    return (images + 1) * 127.5, labels


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_files_are_read_in_order_whatever_their_format(folder, pictures, kind):
    images, labels = read(kind(folder))
    assert labels.tolist() == [0] * 4 + [1] * 4 + [2] * 3
    assert class_names(kind(folder)) == ("ant", "bee", "cat")
    np.testing.assert_allclose(images[4], pictures[4], atol=1e-3)
    np.testing.assert_allclose(images[5], pictures[5], atol=1e-3)  # alpha is gone
    np.testing.assert_allclose(images[6, ..., 2], pictures[6, ..., 0], atol=1e-3)
    np.testing.assert_allclose(images[7], pictures[7], atol=1e-3)  # the BMP
    # A JPEG of noise loses its colours' detail, never its brightness.
    brightness = np.abs(images[0].mean(-1) - pictures[0].mean(-1))
    assert brightness.mean() < 30


def test_slices_divide_the_files(folder):
    whole = read(folder)[0]
    first = read(folder, split="train[:60%]")[0]
    rest = read(folder, split="train[60%:]")[0]
    assert len(first) == 7 and len(rest) == 4
    both = np.concatenate([first, rest])
    assert sorted(map(bytes, both)) == sorted(map(bytes, whole))


def test_sub_folders_for_splits(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "train")
    shutil.copytree(folder / "cat", tmp_path / "val" / "cat")
    assert read(tmp_path)[1].tolist() == [0] * 4 + [1] * 4 + [2] * 3
    assert read(tmp_path, split="val")[1].tolist() == [2] * 3
    assert len(read(tmp_path, split="train+val")[1]) == 14
    with pytest.raises(ValueError, match=r"no split 'test'. It has: train, val"):
        read(tmp_path, split="test")


def test_an_undivided_folder_has_one_split(folder):
    with pytest.raises(ValueError, match=r"no split 'test'. It has: train"):
        read(folder, split="test")


@pytest.mark.parametrize("cut", [0.5, 0.0])
@pytest.mark.parametrize("options", [{}, {"training": True, "resize": "random_crop"}])
def test_a_broken_file_is_named(folder, tmp_path, cut, options):
    root = tmp_path / "copy"
    shutil.copytree(folder, root)
    content = (root / "bee" / "0.png").read_bytes()
    (root / "bee" / "0.png").write_bytes(content[: int(cut * len(content))] or b"text")
    message = r"bee/0\.png cannot be read as an image"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        list(image_batches(root, image_size=8, batch_size=2, **options))


def test_bad_folders(tmp_path):
    with pytest.raises(ValueError, match="There is no folder .*nowhere"):
        image_batches(tmp_path / "nowhere", image_size=8)
    with pytest.raises(ValueError, match="There is no folder"):
        image_batches("./nowhere", image_size=8)
    with pytest.raises(ValueError, match="is empty. Expected one sub-folder"):
        image_batches(tmp_path, image_size=8)
    (tmp_path / "first.png").write_bytes(b"x")
    with pytest.raises(ValueError, match="has no sub-folders. Expected one"):
        image_batches(tmp_path, image_size=8)
    (tmp_path / "dog").mkdir()
    with pytest.raises(ValueError, match="class folder .*dog holds no images"):
        image_batches(tmp_path, image_size=8)
    (tmp_path / "dog" / "first.png").touch()
    with pytest.raises(ValueError, match=r"first\.png is empty"):
        image_batches(tmp_path, image_size=8)


def test_too_few_classes(folder):
    with pytest.raises(ValueError, match="has 3 classes. Pass num_classes=3"):
        image_batches(folder, image_size=8, num_classes=2)


def test_wrong_channels_name_the_file(folder):
    batches = image_batches(folder, image_size=8, channels=5)
    message = r"0\.jpg has 3 channels. Expected 5 to make channels=5"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        list(batches)
