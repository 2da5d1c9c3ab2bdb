"""The random state of a backend beside Keras's variables: PyTorch alone has one."""

import keras
import numpy as np

if keras.backend.backend() == "torch":
    from keras_vit.training.resuming import random_on_pytorch


def random_state() -> dict[str, np.ndarray]:
    """Arrays by name; none on TensorFlow and JAX."""
    on_pytorch = keras.backend.backend() == "torch"
    return random_on_pytorch.random_state() if on_pytorch else {}


def set_random_state(states: dict[str, np.ndarray]) -> None:
    """Set what `random_state` gave, if it was on this backend."""
    if states and keras.backend.backend() == "torch":
        random_on_pytorch.set_random_state(states)
