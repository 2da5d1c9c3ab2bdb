"""How much memory a file may ask for: what the model that is to receive it explains.

A few bytes can declare any number of zeros. All readers add up what a file declares
before they read it.
"""

import math
from collections.abc import Iterable

import keras

from keras_vit.arguments import is_integer
from keras_vit.weights.failures import Refused

# A training checkpoint holds the weights, their averages and two moments, some of them
# in double precision; a head may have 21,843 classes where the model has none.
MULTIPLE = 8
ALLOWANCE = 256 * 2**20  # bytes


class Budget:
    """The bytes that a file may still declare.

    Args:
        path: The file, for messages.
        limit: Bytes.

    Example:
    ```python
    from keras_vit.weights.budget import Budget

    budget = Budget("some.npz", limit=1000)
    budget.spend("kernel", (12, 20), itemsize=4)
    assert budget.left == 40
    ```
    """

    def __init__(self, path, limit: int):
        self.path = path
        self.limit = limit
        self.left = limit

    @classmethod
    def of(cls, path, model: keras.Model) -> "Budget":
        """What a file for this model may declare: 8 times its weights, and 256 MiB."""
        numbers = sum(math.prod(weight.shape) for weight in model.weights)
        return cls(path, MULTIPLE * 4 * numbers + ALLOWANCE)

    def spend(self, name: str, shape: Iterable[int], itemsize: int) -> None:
        """Take a tensor from the budget, as float32 if it is of half precision.

        Raises:
            Refused: If the shape is none, or the budget is exceeded.
        """
        shape = tuple(shape)
        if not all(is_integer(side) and side >= 0 for side in shape):
            raise Refused(
                f"'{self.path}' declares the shape {shape!r} for '{name}', which "
                "should be of whole numbers from 0. It is corrupt; fetch it again."
            )
        self.take(name, math.prod(map(int, shape)) * max(int(itemsize), 4))

    def take(self, name: str, size: int) -> None:
        """Take so many bytes from the budget."""
        self.left -= size
        if self.left < 0:
            raise Refused(
                f"'{self.path}' declares more than {self.limit / 2**20:,.0f} MiB, "
                f"'{name}' alone {size / 2**20:,.0f} MiB: {MULTIPLE} times what the "
                f"model holds and {ALLOWANCE // 2**20} MiB are the most that is read. "
                "It belongs to a much larger model, or was made to fill the memory."
            )
