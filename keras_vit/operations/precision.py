"""What is computed in another type than the one it comes in."""

import keras
from keras import ops


def as_floats(x, dtype):
    """Ints and bools in the type that a layer computes in.

    Keras gives a layer floats in its type, but leaves ints as they are: backends differ
    in what they then compute.
    """
    is_float = keras.backend.is_float_dtype(keras.backend.standardize_dtype(x.dtype))
    return x if is_float else ops.cast(x, dtype)


def at_least_float32(x):
    """Half precision cannot hold sums of many numbers, and rounds at each operation."""
    dtype = keras.backend.standardize_dtype(x.dtype)
    return x if dtype in ("float32", "float64") else ops.cast(x, "float32")
