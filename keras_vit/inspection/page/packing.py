"""Attention in few bytes: square roots in four bits, deflated, as text.

A page of ViT-S/14 at 224 pixels holds 4.8 million weights. Most are far below one, so
their square roots are what four bits should tell apart; each query's row has a scale of
its own. The browser's `DecompressionStream` reads it.
"""

import base64
import zlib

import numpy as np

LEVELS = 15  # four bits


def pack_weights(weights: np.ndarray) -> dict[str, str]:
    """Code weights of at least 0, row by row.

    Args:
        weights: (..., N), each row with its own scale.

    Returns:
        `codes`, two weights a byte, and `scales`, the largest weight of each row in
        float32; both deflated and in base64.
    """
    scales = weights.max(axis=-1, keepdims=True).astype("float32")
    shares = np.divide(weights, scales, out=np.zeros_like(weights), where=scales > 0)
    codes = np.rint(LEVELS * np.sqrt(shares)).astype("uint8").ravel()
    if codes.size % 2:
        codes = np.append(codes, np.uint8(0))
    pairs = (codes[0::2] << 4) | codes[1::2]
    return {"codes": as_text(pairs), "scales": as_text(scales.astype("<f4"))}


def unpack_weights(packed: dict[str, str], shape: tuple[int, ...]) -> np.ndarray:
    """What the page computes of `pack_weights`: float32 of the given shape."""
    pairs = np.frombuffer(_bytes(packed["codes"]), "uint8")
    codes = np.stack([pairs >> 4, pairs & 15], axis=-1).ravel()[: np.prod(shape)]
    scales = np.frombuffer(_bytes(packed["scales"]), "<f4")
    shares = (codes.reshape(shape).astype("float32") / LEVELS) ** 2
    return shares * scales.reshape(*shape[:-1], 1)


def as_text(array: np.ndarray) -> str:
    """An array's bytes, deflated, in base64."""
    deflated = zlib.compress(np.ascontiguousarray(array).tobytes(), level=9)
    return base64.b64encode(deflated).decode("ascii")


def _bytes(text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text))
