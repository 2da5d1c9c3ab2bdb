"""The relative position bias, held against what a block really adds to its logits."""

import keras
import numpy as np
import pytest

from keras_vit import inspection
from tests.helpers import randomize, to_numpy
from tests.models.small import small_swin, small_vit


def test_bias_is_what_the_block_adds_between_two_tokens():
    model = small_swin()
    randomize(model)
    biases = inspection.relative_position_bias(model)
    assert [bias.shape for bias in biases] == [(1, 5, 7)] * 2 + [(3, 5, 7)] * 2
    attention = model.get_layer("stage_1_block_0").attention
    for weight in attention.attention.query_dense.weights:
        weight.assign(0 * weight)  # all logits are biases now
    a_map = np.ones((1, 4, 5, 12), "float32")
    _, scores = attention(a_map, return_attention_scores=True)
    logits = np.log(
        to_numpy(scores)[0, 0]
    )  # the first window, but for a row's constant
    for head, query, key in np.ndindex(logits.shape):
        row, column = query // 4 - key // 4, query % 4 - key % 4
        added = biases[2][head, 2 + row, 3 + column] - biases[2][head, 2, 3]
        seen = logits[head, query, key] - logits[head, query, query]
        assert abs(added - seen) < 1e-4, (head, query, key)


def test_nested_in_a_sequential():
    model = small_swin(include_top=False, pooling="avg")
    outer = keras.Sequential([keras.Input((13, 20, 5)), model, keras.layers.Dense(3)])
    inner = inspection.relative_position_bias(model)
    for bias, same in zip(inspection.relative_position_bias(outer), inner, strict=True):
        assert np.array_equal(bias, same)


def test_models_without_biases_are_told():
    with pytest.raises(ValueError, match="relative_position_bias=False"):
        inspection.relative_position_bias(small_swin(relative_position_bias=False))
    with pytest.raises(ValueError, match="reads a Swin"):
        inspection.relative_position_bias(small_vit())
