"""NumPy's numbers where they lie: TensorFlow reads them without a copy of its own."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

ALIGNMENT = 64  # bytes, of every memory that TensorFlow computes with


def held(
    values: np.ndarray, longest: int
) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """Return a function that gives `count` numbers from `begin` on, both int64 scalars.

    NumPy's memory begins anywhere, and TensorFlow takes it from a multiple of 64 bytes
    on. The few numbers before that are copied, with as many more as are asked at once.

    Args:
        values: uint8 or float32, of any shape.
        longest: The greatest count that will be asked for.
    """
    flat = np.ascontiguousarray(values).reshape(-1)
    skipped, rest = -flat.ctypes.data % ALIGNMENT // flat.itemsize, None
    # Held on the host: on a GPU every image would be fetched back one at a time.
    with tf.device("CPU:0"):
        if flat.ctypes.data % flat.itemsize == 0 and skipped < flat.size:
            rest = _shared(flat[skipped:])
        if rest is None:
            skipped, rest = 0, tf.constant(flat)
        first = tf.constant(flat[: skipped + longest])

    def read(begin: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
        if not skipped:
            return tf.slice(rest, [begin], [count])
        return tf.cond(
            begin < skipped,
            lambda: tf.slice(first, [begin], [count]),
            lambda: tf.slice(rest, [begin - skipped], [count]),
        )

    return read


def _shared(flat: np.ndarray) -> tf.Tensor | None:
    """Return a tensor on the array's own memory; None if NumPy does not lend it."""
    try:
        return tf.experimental.dlpack.from_dlpack(flat.__dlpack__())
    except BufferError:  # it may only be read
        return None
