"""What a server gets from those who mean harm, or from bad luck."""

import asyncio
import io
import struct
import zlib
from collections.abc import Callable
from importlib import resources

from PIL import Image


def photograph() -> bytes:
    """A JPEG of 640 x 427 pixels, which comes with scikit-learn."""
    return (resources.files("sklearn.datasets.images") / "china.jpg").read_bytes()


def decompression_bomb(side: int = 20_000) -> bytes:
    """A PNG of 50 kilobytes that is 400 megapixels: 1.2 GB as RGB."""
    row = bytes(1 + side // 8)  # a bit a pixel

    def chunk(kind, data):
        sum_ = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", sum_)

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(row * side))
        + chunk(b"IEND", b"")
    )


def truncated_jpeg() -> bytes:
    """The first half of a photograph."""
    whole = photograph()
    return whole[: len(whole) // 2]


def thirty_megapixels() -> bytes:
    """A good picture, and a large one."""
    large = Image.open(io.BytesIO(photograph())).resize((6708, 4476))
    file = io.BytesIO()
    large.save(file, "JPEG", quality=80)
    return file.getvalue()


def html_named_png() -> bytes:
    """A page that is no picture, whatever its name."""
    return b"<!DOCTYPE html><script>alert(document.cookie)</script>"


# name -> (what makes it, the status that it should get).
BODIES: dict[str, tuple[Callable[[], bytes], int]] = {
    "decompression bomb": (decompression_bomb, 413),
    "truncated JPEG": (truncated_jpeg, 422),
    "30 megapixels": (thirty_megapixels, 200),
    "HTML named .png": (html_named_png, 415),
    "11 megabytes": (lambda: bytes(11_000_000), 413),
    "nothing": (lambda: b"", 415),
}


async def hang_up(host: str, port: int, part: float) -> None:
    """Send a part of a photograph, or all of it, and reset the connection.

    Args:
        host: of the server.
        port: of the server.
        part: of the body that is sent, 0 to 1.
    """
    body = photograph()
    _, writer = await asyncio.open_connection(host, port)
    head = f"POST /predict HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}"
    writer.write(head.encode() + b"\r\n\r\n" + body[: int(part * len(body))])
    await writer.drain()
    await asyncio.sleep(0.01)  # so that the server has begun
    writer.transport.abort()
