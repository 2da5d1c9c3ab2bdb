"""Reshape gives what Keras's own gives, whatever it is given."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_vit.reshaping import reshape
from tests.helpers import array, to_numpy


@pytest.mark.parametrize("shape", [(-1,), (7, 6), (3, -1, 2)])
def test_tensors_and_arrays(shape):
    x = array(2, 3, 7)
    for given in (x, ops.convert_to_tensor(x)):
        reshaped = reshape(given, shape)
        assert ops.is_tensor(reshaped)
        np.testing.assert_array_equal(to_numpy(reshaped), x.reshape(shape))


def test_a_symbolic_tensor():
    x = keras.Input((3, 7))
    assert reshape(x, (-1, 7, 3)).shape == (None, 7, 3)
