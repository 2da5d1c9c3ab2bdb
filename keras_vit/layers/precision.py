"""What is computed in float32 though it comes in half precision."""

import keras
from keras import ops


def at_least_float32(x):
    """Half precision cannot hold sums of many numbers, and rounds at each operation."""
    dtype = keras.backend.standardize_dtype(x.dtype)
    return x if dtype in ("float32", "float64") else ops.cast(x, "float32")
