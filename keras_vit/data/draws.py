"""Randomness that follows the element: every draw comes from a seed in the stream.

Keras's random layers keep a counter in a variable. Inside a parallel `map` several
threads advance that counter in whatever order they run, so a seeded layer gives other
images on every run. Here each element carries a seed of its own (`with_seeds`), and
`Draws` hands Keras seeds derived from it, so the order of the threads does not matter.
"""

import contextlib
from collections.abc import Iterator

import keras
import tensorflow as tf

# Keras's layers would follow the global dtype policy and data format: augmenting in
# bfloat16 would cost the images their low bits.
FLOAT_IMAGES = {"dtype": "float32", "data_format": "channels_last"}


class Draws(keras.random.SeedGenerator):
    """A stream of seeds derived from one scalar tensor, without any state.

    Every call to `next` while a `map` function is traced gets a number of its own, so
    no two draws of one element share a seed.

    Args:
        seed: A scalar integer tensor, the element's seed.
    """

    def __init__(self, seed: tf.Tensor):
        # super().__init__() would create the variable that this class does without.
        self._seed = tf.stack([tf.cast(seed, tf.int64), tf.constant(0, tf.int64)])
        self._count = 0

    def next(self, ordered: bool = True) -> tf.Tensor:
        """Return the next seed, an int64 tensor (2,)."""
        self._count += 1
        return tf.random.experimental.stateless_fold_in(self._seed, self._count)

    def uniform(self, low: float = 0.0, high: float = 1.0) -> tf.Tensor:
        """Return a float32 scalar drawn evenly from [low, high)."""
        return tf.random.stateless_uniform((), self.next(), low, high)

    def integer(self, count: int) -> tf.Tensor:
        """Return an int32 scalar drawn evenly from 0 .. count - 1."""
        return tf.random.stateless_uniform((), self.next(), 0, count, tf.int32)


def with_seeds(elements: tf.data.Dataset, seed: int | None) -> tf.data.Dataset:
    """Return pairs of an element and a seed.

    The seeds differ from element to element and from epoch to epoch; with `seed` the
    whole sequence is the same every time that the pipeline is built.
    """
    seeds = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True)
    return tf.data.Dataset.zip(elements, seeds)


@contextlib.contextmanager
def tensorflow_ops(layer: keras.layers.Layer) -> Iterator[None]:
    """Have a Keras preprocessing layer compute with TensorFlow, on any backend.

    `layer(images)` inside tf.data switches by itself, but takes no seed; the methods
    that take one (`get_random_transformation`) leave the switch to the caller.
    """
    layer.backend.set_backend("tensorflow")
    try:
        yield
    finally:
        layer.backend.reset()
