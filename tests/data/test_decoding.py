"""Every format that TensorFlow or Pillow reads comes out as it went in."""

import io
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vit.data import image_batches

Image = pytest.importorskip("PIL.Image")
ImageOps = pytest.importorskip("PIL.ImageOps")

# Steps of whole blocks, which JPEG at its best keeps nearly as they are.
PIXELS = np.kron(
    np.random.default_rng(0).integers(0, 256, (2, 3, 4), "uint8"),
    np.ones((8, 8, 1), "uint8"),
)
RGBA = Image.fromarray(PIXELS)
RGB = RGBA.convert("RGB")
GRAY = Image.fromarray(PIXELS[..., 0])
GRAY_ALPHA = Image.merge("LA", [GRAY, Image.fromarray(PIXELS[..., 3])])
BLACK_WHITE = GRAY.convert("1")
PALETTE = RGB.quantize(7)
DEEP = Image.fromarray(PIXELS[..., 0].astype("uint16") * 256 + 77)
OTHER = Image.fromarray(255 - PIXELS[..., :3])


def encode(image, form, **options):
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def read(folder, contents, channels=3):
    """Read pictures through a folder, with names that do not tell their formats."""
    (folder / "cat").mkdir(exist_ok=True)
    for i, content in enumerate(contents):
        (folder / "cat" / f"{i:03}.jpg").write_bytes(content)
    batches = image_batches(
        folder,
        image_size=(16, 24),
        batch_size=len(contents),
        resize="squash",
        interpolation="nearest",
        channels=channels,
        mean=0.0,
        std=1.0,
    )
    images = next(iter(batches))[0].numpy() * 255
    if keras.config.image_data_format() == "channels_first":
        images = np.moveaxis(images, 1, -1)
    return images


JPEG = {"quality": 100, "subsampling": 0}
ICON = {"sizes": [(24, 16)]}
CASES = {
    "JPEG": (RGB, "JPEG", JPEG),
    "JPEG, gray": (GRAY, "JPEG", JPEG),
    "JPEG, progressive": (RGB, "JPEG", {**JPEG, "progressive": True}),
    "PNG": (RGB, "PNG", {}),
    "PNG, alpha": (RGBA, "PNG", {}),
    "PNG, gray": (GRAY, "PNG", {}),
    "PNG, gray with alpha": (GRAY_ALPHA, "PNG", {}),
    "PNG, palette": (PALETTE, "PNG", {}),
    "PNG, palette with a transparent color": (PALETTE, "PNG", {"transparency": 0}),
    "PNG, transparent color": (RGB, "PNG", {"transparency": (1, 2, 3)}),
    "PNG, 1 bit": (BLACK_WHITE, "PNG", {}),
    "PNG, 16 bits": (DEEP, "PNG", {}),
    "APNG": (RGB, "PNG", {"save_all": True, "append_images": [OTHER]}),
    "GIF": (PALETTE, "GIF", {}),
    "GIF, transparent color": (PALETTE, "GIF", {"transparency": 1}),
    "GIF, animated": (PALETTE, "GIF", {"save_all": True, "append_images": [OTHER]}),
    "BMP": (RGB, "BMP", {}),
    "BMP, 32 bits": (RGBA, "BMP", {}),
    "BMP, gray": (GRAY, "BMP", {}),
    "BMP, palette": (PALETTE, "BMP", {}),
    "BMP, 1 bit": (BLACK_WHITE, "BMP", {}),
    "WebP": (RGB, "WEBP", {"lossless": True}),
    "WebP, alpha": (RGBA, "WEBP", {"lossless": True, "exact": True}),
    "WebP, gray": (GRAY, "WEBP", {"lossless": True}),
    "WebP, animated": (
        RGB,
        "WEBP",
        {"lossless": True, "save_all": True, "append_images": [OTHER]},
    ),
    "TIFF": (RGB, "TIFF", {}),
    "TIFF, LZW": (RGB, "TIFF", {"compression": "tiff_lzw"}),
    "TIFF, alpha": (RGBA, "TIFF", {}),
    "TIFF, gray": (GRAY, "TIFF", {}),
    "TIFF, gray with alpha": (GRAY_ALPHA, "TIFF", {}),
    "TIFF, palette": (PALETTE, "TIFF", {}),
    "TIFF, 1 bit": (BLACK_WHITE, "TIFF", {}),
    "TIFF, 16 bits": (DEEP, "TIFF", {}),
    "TIFF, pages": (RGB, "TIFF", {"save_all": True, "append_images": [OTHER]}),
    "TIFF, CMYK": (RGB.convert("CMYK"), "TIFF", {}),
    "PPM": (RGB, "PPM", {}),
    "PGM, 16 bits": (DEEP, "PPM", {}),
    "TGA": (RGBA, "TGA", {}),
    "ICO": (RGBA, "ICO", ICON),
    "JPEG 2000": (RGB, "JPEG2000", {}),
    "PCX": (RGB, "PCX", {}),
}


def as_array(image):
    """Return what went in, (H, W, 3) from 0 to 255: by NumPy, not by a decoder."""
    if image in (RGB, RGBA):
        return PIXELS[..., :3]
    if image in (GRAY, GRAY_ALPHA, DEEP):
        return np.repeat(PIXELS[..., :1], 3, -1)
    if image is BLACK_WHITE:
        return np.repeat(255 * np.asarray(image)[..., None], 3, -1)
    if image is PALETTE:
        colors = np.array(PALETTE.getpalette(), "uint8").reshape(-1, 3)
        return colors[np.asarray(PALETTE)]
    return PIXELS[..., :3]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """All cases as they are read in color and in gray."""
    folder = tmp_path_factory.mktemp("formats")
    contents = [encode(image, form, **more) for image, form, more in CASES.values()]
    pairs = zip(read(folder, contents), read(folder, contents, channels=1), strict=True)
    return dict(zip(CASES, pairs, strict=True))


@pytest.mark.parametrize("case", CASES)
def test_pictures_come_out_as_they_went_in(found, case):
    expected = as_array(CASES[case][0])
    tolerance = 4 if case.startswith("JPEG") else 1e-3
    in_color, in_gray = found[case]
    np.testing.assert_allclose(in_color, expected, atol=tolerance)
    gray = expected @ np.array([0.299, 0.587, 0.114])
    np.testing.assert_allclose(in_gray[..., 0], gray, atol=tolerance + 1)


def test_cmyk_jpeg_is_that_of_pillow(tmp_path):
    content = encode(RGB.convert("CMYK"), "JPEG", **JPEG)
    expected = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    np.testing.assert_allclose(read(tmp_path, [content])[0], expected, atol=2)


def test_alpha_can_be_kept(tmp_path):
    contents = [encode(RGBA, form) for form in ("PNG", "TIFF", "TGA")]
    for image in read(tmp_path, contents, channels=4):
        np.testing.assert_allclose(image, PIXELS, atol=1e-3)
    contents = [encode(GRAY_ALPHA, form) for form in ("PNG", "TIFF", "TGA")]
    for image in read(tmp_path, contents, channels=2):
        np.testing.assert_allclose(image, PIXELS[..., [0, 3]], atol=1e-3)


def exif_of(orientation, order):
    """Return an EXIF block whose numbers have the order "MM" or "II" of their bytes."""
    exif = Image.Exif()
    exif[0x010F] = "Maker"  # an entry before the orientation, with text elsewhere
    exif[0x0112] = orientation
    block = exif.tobytes()
    return block if order == "MM" else b"Exif\0\0" + little_endian(block[6:])


def little_endian(tiff):
    """Turn round the numbers of a block whose entries are a text and one number."""
    count = int.from_bytes(tiff[8:10], "big")
    turned = b"II*\0\x08\0\0\0" + count.to_bytes(2, "little")
    for start in range(10, 10 + 12 * count, 12):
        entry = tiff[start : start + 12]
        tag, kind, number, value = entry[:2], entry[2:4], entry[4:8], entry[8:]
        value = value[1::-1] + b"\0\0" if kind == b"\0\3" else value[::-1]
        turned += tag[::-1] + kind[::-1] + number[::-1] + value
    return turned + bytes(4) + tiff[14 + 12 * count :]


def test_pictures_stand_upright(tmp_path):
    image = RGB.crop((0, 0, 16, 16))
    cases, contents = [], []
    for form, more in {"JPEG": JPEG, "PNG": {}, "WEBP": {"lossless": True}}.items():
        for order in ("MM", "II"):
            for turn in range(1, 9):
                cases.append((form, order, turn))
                exif = exif_of(turn, order)
                contents.append(encode(image, form, exif=exif, **more))
    for turn in range(1, 9):
        cases.append(("TIFF", "", turn))
        contents.append(encode(image, "TIFF", exif={0x0112: turn}))
    for case, content, found in zip(
        cases, contents, read(tmp_path, contents), strict=True
    ):
        opened = Image.open(io.BytesIO(content))
        assert opened.getexif()[0x0112] == case[-1]
        upright = ImageOps.exif_transpose(opened).convert("RGB")
        expected = np.asarray(upright.resize((24, 16), Image.Resampling.NEAREST))
        np.testing.assert_allclose(found, expected, atol=4, err_msg=str(case))


@pytest.mark.parametrize(
    "content, reason",
    [
        (encode(Image.fromarray(PIXELS[..., 0] / np.float32(255)), "TIFF"), "mode F,"),
        (encode(Image.fromarray(PIXELS[..., 0].astype("int32")), "TIFF"), "mode I,"),
        (encode(RGB, "TIFF")[:-100], "."),
        (encode(RGB, "WEBP")[:-50], "."),
        (encode(RGB, "PNG")[:-50], "truncated"),
        (encode(RGB, "JPEG")[:100], "[Tt]runcated"),
        (b"only text", "no format that Pillow knows"),
    ],
)
def test_what_cannot_be_read_is_named_with_the_reason(tmp_path, content, reason):
    message = rf"cat/001\.jpg cannot be read as an image: .*({reason})"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        read(tmp_path, [encode(RGB, "TIFF"), content])


def test_without_pillow_the_file_is_named(tmp_path, monkeypatch):
    png, tiff = encode(RGB, "PNG"), encode(RGB, "TIFF")
    monkeypatch.setitem(sys.modules, "PIL", None)
    np.testing.assert_allclose(read(tmp_path, [png])[0], PIXELS[..., :3], atol=1e-3)
    message = r"001\.jpg cannot .* pip install pillow"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        read(tmp_path, [png, tiff])
