"""A crop is decoded alone, and is the one of Pillow's whole picture."""

import io

import numpy as np
import pytest
import tensorflow as tf

from keras_vit.data import Augmentation, crops, image_batches
from keras_vit.data.cut import part, whole
from keras_vit.data.decoding import decode
from keras_vit.data.draws import Draws

pytestmark = pytest.mark.slow  # nothing here asks a backend

Image = pytest.importorskip("PIL.Image")
NAME = tf.constant("It")


def smooth(height, width, seed=0):
    """Large blobs of color, on which a wrong place shows."""
    noise = np.random.default_rng(seed).integers(
        0, 256, (height // 7 + 2, width // 7 + 2, 3), "uint8"
    )
    picture = Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(picture)


def jpeg(image, mode="RGB", **options):
    file = io.BytesIO()
    Image.fromarray(image).convert(mode).save(file, "JPEG", **options)
    return file.getvalue()


KINDS = {
    "4:4:4": {"subsampling": 0},
    "4:2:2": {"subsampling": 1},
    "4:2:0": {"subsampling": 2},
    "progressive": {"subsampling": 2, "progressive": True},
    "restarts": {"subsampling": 2, "restart_marker_blocks": 3},
    "gray": {"mode": "L"},
    "CMYK": {"mode": "CMYK"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_part_of_a_jpeg_is_that_of_pillows_picture(kind):
    rng = np.random.default_rng(0)
    content = jpeg(smooth(97, 131), quality=90, **KINDS[kind])
    mode = "L" if kind == "gray" else "RGB"
    expected = np.asarray(Image.open(io.BytesIO(content)).convert(mode))
    expected = expected.reshape(*expected.shape[:2], -1)
    rectangle = tf.Variable([0, 0, 0, 0])

    @tf.function(autograph=False)
    def decoded():
        parts = rectangle[:2], rectangle[2:]
        return decode(lambda: tf.constant(content), NAME, lambda _: parts)

    for _ in range(29):
        top, left = (int(rng.integers(0, n)) for n in expected.shape[:2])
        height, width = int(rng.integers(1, 98 - top)), int(rng.integers(1, 132 - left))
        rectangle.assign([top, left, height, width])
        found, shape = decoded()
        assert shape.numpy().tolist() == [97, 131]
        wanted = expected[top : top + height, left : left + width]
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("form", ["PNG", "TIFF", "JPEG with a turn"])
def test_a_part_of_any_other_picture_too(form):
    image = smooth(31, 37)
    file = io.BytesIO()
    exif = Image.Exif()
    if form == "JPEG with a turn":
        exif[0x0112] = 6
    Image.fromarray(image).save(file, form.split()[0], exif=exif)
    content = file.getvalue()
    rectangle = (tf.constant([3, 5]), tf.constant([11, 7]))
    found, shape = decode(lambda: tf.constant(content), NAME, lambda _: rectangle)
    expected, known = decode(lambda: tf.constant(content), NAME)
    np.testing.assert_array_equal(found, expected[3:14, 5:12])
    assert shape.numpy().tolist() == known.numpy().tolist()
    assert known[0] == (37 if form == "JPEG with a turn" else 31)


@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
@pytest.mark.parametrize("shape", [(37, 53), (211, 19), (5, 7), (149, 151)])
def test_a_resize_is_that_of_tensorflow(shape, interpolation):
    image = smooth(*shape)
    for size in ((23, 31), (3, 2), (41, 61)):
        expected = tf.image.resize(image, size, interpolation, antialias=True)
        found = crops.squash(size, interpolation)(image)
        expected = tf.saturate_cast(tf.round(expected), tf.uint8)
        np.testing.assert_array_equal(found, expected)
        floats = crops.squash(size, interpolation)(image.astype("float32") / 3)
        assert floats.dtype == tf.float32


@pytest.mark.parametrize("ratio", [1.0, 0.875, 0.4])
@pytest.mark.parametrize("shape", [(375, 500), (211, 97), (7, 5), (101, 100)])
def test_the_middle_is_that_of_the_whole_resized(shape, ratio):
    """To one level in few pixels: places are the same but for float32's rounding."""
    image = smooth(*shape)
    size = (29, 23)
    cover = [int(side / ratio) for side in size]
    rows = max(shape[0] * cover[1] // shape[1], cover[0])
    columns = max(shape[1] * cover[0] // shape[0], cover[1])
    by_rows = cover[0] * shape[1] >= cover[1] * shape[0]
    scaled = (cover[0], columns) if by_rows else (rows, cover[1])
    resized = tf.image.resize(image, scaled, "bicubic", antialias=True)
    resized = tf.saturate_cast(tf.round(resized), tf.uint8).numpy()
    top, left = (round((s - n) / 2) for s, n in zip(scaled, size, strict=True))
    expected = resized[top : top + 29, left : left + 23].astype(int)
    found = crops.center_crop(size, "bicubic", ratio)(image).numpy().astype(int)
    differences = np.abs(found - expected)
    assert differences.max() <= 1 and np.mean(differences > 0) < 0.002


def test_a_random_crop_is_drawn_once_for_all_who_ask():
    cut = crops.random_crop(Draws(3), (11, 13), "bicubic", (0.1, 0.5))
    image = tf.constant(smooth(97, 131))
    rectangles = [cut.rectangle(tf.constant([97, 131])) for _ in range(2)]
    np.testing.assert_array_equal(*rectangles)
    patch = part(image, rectangles[0])
    np.testing.assert_array_equal(cut(image), cut.resize(patch, tf.constant([97, 131])))
    corner, extent = whole(tf.constant([97, 131]))
    assert corner.numpy().tolist() == [0, 0] and extent.numpy().tolist() == [97, 131]


def test_files_and_their_pixels_give_the_same_random_crops(tmp_path):
    """Whether a crop is decoded alone, or cut from a whole picture in a cache."""
    (tmp_path / "cat").mkdir()
    for i in range(5):
        (tmp_path / "cat" / f"{i}.jpg").write_bytes(jpeg(smooth(97, 131, i)))
    options = {
        "image_size": (23, 29),
        "training": True,
        "resize": "random_crop",
        "augmentation": Augmentation(random_erasing=0.5),
        "shuffle_buffer": 1,
        "seed": 0,
    }
    alone = image_batches(tmp_path, cache=False, **options)
    cached = image_batches(tmp_path, cache=True, **options)
    for _ in range(2):
        (found, _), (expected, _) = next(iter(alone)), next(iter(cached))
        np.testing.assert_array_equal(found, expected)


def test_evaluation_has_the_pixels_of_pillow(tmp_path):
    """As timm and torchvision prepare them, but for roundings."""
    image = smooth(375, 500)
    content = jpeg(np.clip(image, 60, 190), quality=90, subsampling=2)
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "1.jpg").write_bytes(content)
    (found, _) = next(iter(image_batches(tmp_path, image_size=224, mean=0, std=1)))
    found = found[0].numpy()
    if found.shape[0] == 3:
        found = np.moveaxis(found, 0, -1)
    resized = Image.open(io.BytesIO(content)).resize(
        (298, 224), Image.Resampling.BICUBIC
    )
    expected = np.asarray(resized.crop((37, 0, 261, 224))).astype(float)
    differences = np.abs(found * 255 - expected)
    assert differences.max() < 1.01
    assert differences.mean() < 0.25
