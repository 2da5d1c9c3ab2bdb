"""What becomes of a picture's bytes."""

import asyncio

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("fastapi", reason="the extra `serve` is not installed")

from examples.serve import hostile, pictures, uploads
from tests.examples.made import encoded

pytestmark = pytest.mark.slow  # the same on every backend
ROWS, COLUMNS = 20, 28
RAMP = np.linspace(0, 1, 40)[None].repeat(30, 0)


@pytest.mark.parametrize(
    "data",
    [
        encoded(np.uint8(255 * RAMP)),
        encoded(np.uint16(65535 * RAMP)),
        encoded(np.uint8(255 * RAMP)[..., None].repeat(3, 2), "JPEG", quality=98),
        encoded(np.uint8(255 * RAMP)[..., None].repeat(3, 2), "WEBP", lossless=True),
        encoded(np.uint8(255 * RAMP), "GIF"),
        encoded(
            np.dstack([np.uint8(255 * RAMP)] * 3 + [np.full((30, 40), 255, "uint8")])
        ),
    ],
    ids=["gray", "16 bits", "JPEG", "WebP", "GIF", "RGBA"],
)
def test_pictures_of_all_kinds_become_rgb(data):
    pixels = pictures.read(data, (30, 40))
    assert pixels.shape == (30, 40, 3) and pixels.dtype == np.uint8
    np.testing.assert_allclose(pixels[..., 1], 255 * RAMP, atol=4)


def test_the_middle_is_kept_and_turned_as_the_camera_was():
    array = np.zeros((40, 80, 3), "uint8")
    array[:, 10:70] = 255  # more than the middle square
    assert pictures.read(encoded(array), (10, 10)).min() == 255
    array[:4] = 0
    assert pictures.read(encoded(array), (10, 10))[0].max() < 40
    assert pictures.read(encoded(array), (10, 10), crop=0.6).min() == 255
    sideways = Image.Exif()
    sideways[0x0112] = 6  # to be turned by a quarter, clockwise
    turned = pictures.read(encoded(array, exif=sideways), (80, 40))
    assert turned[0].max() == 0 and turned[40, 0].min() == 255
    assert turned[40, -1].max() == 0


def test_a_bomb_is_refused_by_its_header(monkeypatch):
    bomb = hostile.decompression_bomb()
    assert len(bomb) < 100_000

    def never(self):
        raise AssertionError("it was decoded")

    monkeypatch.setattr(pictures.Image.Image, "load", never)
    with pytest.raises(pictures.Refused, match="20000 x 20000 pixels"):
        pictures.read(bomb, (ROWS, COLUMNS))


def test_a_body_that_does_not_come_is_given_up(monkeypatch):
    class Slow:
        headers = {}

        async def stream(self):
            yield b"a"
            await asyncio.sleep(60)

    monkeypatch.setattr(uploads, "SECONDS", 0.01)
    with pytest.raises(pictures.Refused, match="did not come"):
        asyncio.run(uploads.receive(Slow()))
