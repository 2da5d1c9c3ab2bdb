"""`torch.compile` sees each layer as one graph: no constant is converted within.

A whole functional model may be several: Dynamo begins a new graph where Keras binds the
arguments of a call ("mapping proxy affected by dictionary mutation").
"""

import keras
import numpy as np
import pytest

from tests.helpers import array, randomize, to_numpy
from tests.models.small import SMALL

if keras.backend.backend() != "torch":
    pytest.skip("torch.compile is PyTorch's alone", allow_module_level=True)

import torch


@pytest.mark.parametrize("name", SMALL)
def test_one_graph_a_layer(name):
    model = SMALL[name]()
    randomize(model)
    graphs = []

    def kept(graph, _):  # a compiler that compiles nothing
        graphs.append(graph)
        return graph.forward

    # The last of each kind: of Swin's blocks one that is shifted, with a mask.
    layers = {type(layer): layer for layer in model.layers}.values()
    for layer in layers:
        if type(layer).__module__.startswith("keras_vit."):
            x = torch.tensor(array(2, *layer.input.shape[1:]))
            torch.compiler.reset()
            graphs.clear()
            with torch.no_grad():
                expected = layer(x)
                got = torch.compile(layer, backend=kept)(x)
            np.testing.assert_allclose(to_numpy(got), to_numpy(expected), atol=1e-6)
            assert len(graphs) == 1, layer.name
