"""What all tests share: a fixed seed, and quick compilation."""

import os

# Tiny models spend their time in XLA's compiler: skip what makes large ones fast.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")

import keras
import pytest


@pytest.fixture(autouse=True)
def fixed_seed():
    """Each test starts from the same random state."""
    # No clear_session: its garbage collection takes a second a test in the end.
    keras.utils.set_random_seed(1234)
