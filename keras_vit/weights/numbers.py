"""What counts as a number in a checkpoint."""

import numpy as np


def widen_bfloat16(bits: np.ndarray) -> np.ndarray:
    """Turn the bits of bfloat16 into float32, which begins with the same bits.

    Args:
        bits: Array of uint16.

    Returns:
        Float32 array of the same shape.
    """
    return (bits.astype("uint32") << 16).view("float32")


def is_raw_pair(dtype: np.dtype) -> bool:
    """Whether a type is bfloat16 as NumPy writes it: two bytes of no type."""
    return dtype.kind == "V" and dtype.itemsize == 2 and dtype.fields is None


def check_numbers(tensors: dict[str, np.ndarray], path) -> None:
    """Refuse arrays of text, dates, complex numbers and the like.

    Raises:
        ValueError: Naming the first such array.
    """
    for name, array in tensors.items():
        if array.dtype.kind not in "biuf":
            raise ValueError(
                f"'{path}' holds {array.dtype} in '{name}', where a weight is of "
                "numbers. It is corrupt or no checkpoint; fetch it again."
            )
