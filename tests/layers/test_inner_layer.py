"""The layers within layers give the same with Keras's checks and without."""

import operator

import keras
import numpy as np
import pytest

from keras_vit.layers import EncoderBlock, SwinBlock, inner_layer
from keras_vit.layers.token_dense import TokenDense
from keras_vit.layers.token_normalization import TokenNormalization
from tests.helpers import array, to_numpy

LAYERS = [lambda **kwargs: TokenDense(7, **kwargs), TokenNormalization]


@pytest.fixture
def ceremonies(monkeypatch):
    """The inputs that went through Keras's own `__call__`."""
    inputs = []
    original = keras.layers.Layer.__call__

    def counted(self, x, *args, **kwargs):
        inputs.append(x)
        return original(self, x, *args, **kwargs)

    monkeypatch.setattr(inner_layer.keras.layers.Layer, "__call__", counted)
    return inputs


@pytest.mark.parametrize("make", LAYERS)
def test_a_tensor_of_its_type_is_taken_as_it_is(make, ceremonies):
    layer = make()
    array_in_numpy = array(3, 5, 11)
    tensor = keras.ops.convert_to_tensor(array_in_numpy)
    built_by = layer(tensor)
    assert len(ceremonies) == 1
    again = layer(tensor)
    assert len(ceremonies) == 1 + (keras.backend.backend() != "torch")
    ceremonies.clear()
    converted = layer(array_in_numpy)
    assert len(ceremonies) == 1
    for other in (again, converted):
        np.testing.assert_array_equal(to_numpy(built_by), to_numpy(other))


@pytest.mark.parametrize("make", LAYERS)
def test_mixed_precision_is_left_to_keras(make, ceremonies):
    layer = make(dtype="mixed_bfloat16")
    tensor = keras.ops.convert_to_tensor(array(3, 5, 11))
    for x in (tensor, tensor, keras.ops.cast(tensor, "bfloat16")):
        assert keras.backend.standardize_dtype(layer(x).dtype) == "bfloat16"
    assert len(ceremonies) == 3


def test_quantized_is_left_to_keras(ceremonies):
    layer = TokenDense(7)
    tensor = keras.ops.convert_to_tensor(array(3, 5, 11))
    expected = to_numpy(layer(tensor))
    layer.quantize("int8", type_check=False)
    ceremonies.clear()
    np.testing.assert_allclose(to_numpy(layer(tensor)), expected, rtol=0.1, atol=0.03)
    assert len(ceremonies) == 1


BLOCKS = {
    "EncoderBlock": (lambda **kwargs: EncoderBlock(3, 13, **kwargs), (2, 5, 9)),
    "SwinBlock": (lambda **kwargs: SwinBlock(3, 13, 2, 1, **kwargs), (2, 5, 7, 9)),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_layers_of_a_block_are_called_as_they_are(name, ceremonies):
    make, shape = BLOCKS[name]
    block = make()
    x = keras.ops.convert_to_tensor(array(*shape))
    block(x)
    ceremonies.clear()
    block(x, training=False)
    if keras.backend.backend() == "torch":
        assert len(ceremonies) == 1
    else:
        assert len(ceremonies) > 5


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("inside", ["mlp", "mlp_norm", "mlp.hidden_dense"])
@pytest.mark.parametrize("name", BLOCKS)
def test_layers_of_a_block_keep_their_regularizer(name, inside, training):
    make, shape = BLOCKS[name]
    block = make()
    layer = operator.attrgetter(inside)(block)
    layer.activity_regularizer = keras.regularizers.L2(1.0)
    block(keras.ops.convert_to_tensor(array(*shape)), training=training)
    assert len(block.losses) == 1


@pytest.mark.parametrize("name", BLOCKS)
def test_layers_of_a_block_work_in_its_precision(name, ceremonies):
    make, shape = BLOCKS[name]
    block = make(dtype="mixed_bfloat16")
    x = keras.ops.convert_to_tensor(array(*shape))
    block(x)
    ceremonies.clear()
    assert keras.backend.standardize_dtype(block(x).dtype) == "bfloat16"
    assert len(ceremonies) > 5
