"""`model.quantize` reaches every dense layer, and what it makes is saved and loaded."""

import keras
import numpy as np
import pytest

from tests.helpers import array, randomize, relative_difference, to_numpy
from tests.models.small import SHAPES, SMALL


def dense_layers(model):
    layers = model._flatten_layers()
    return [layer for layer in layers if isinstance(layer, keras.layers.Dense)]


@pytest.mark.filterwarnings("ignore:Layer .* does not have a `quantize` method")
@pytest.mark.filterwarnings("ignore:.*not implemented.*quantize")
@pytest.mark.parametrize("mode", ["int8", "int4"])
@pytest.mark.parametrize("name", SMALL)
def test_every_dense_layer(name, mode, tmp_path):
    model = SMALL[name]()
    randomize(model)
    x = array(3, *SHAPES[name])
    before = to_numpy(model(x))
    model.quantize(mode)
    layers = dense_layers(model)
    assert len(layers) > 10
    assert {layer.quantization_mode for layer in layers} == {mode}
    after = model.predict(x, verbose=0)
    assert relative_difference(after, before) < {"int8": 0.1, "int4": 0.8}[mode]

    model.save(tmp_path / "quantized.keras")
    loaded = keras.saving.load_model(tmp_path / "quantized.keras")
    assert {layer.quantization_mode for layer in dense_layers(loaded)} == {mode}
    np.testing.assert_allclose(loaded.predict(x, verbose=0), after, atol=1e-6)
    clone = keras.models.clone_model(model)
    assert {layer.quantization_mode for layer in dense_layers(clone)} == {mode}


def test_one_layer_in_another_type_stays_so(tmp_path):
    model = SMALL["vit"]()
    model.get_layer("encoder_block_1").mlp.output_dense.quantize("int8")
    model.save(tmp_path / "one.keras")
    loaded = keras.saving.load_model(tmp_path / "one.keras")
    modes = [layer.quantization_mode for layer in dense_layers(loaded)]
    assert modes.count("int8") == 1
    x = array(3, *SHAPES["vit"])
    np.testing.assert_allclose(to_numpy(loaded(x)), to_numpy(model(x)), atol=1e-6)
