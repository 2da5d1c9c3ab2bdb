"""A model without heads: those add nothing to the tokens, and all else stays."""

import keras
import numpy as np
import pytest

from keras_vit import inspection
from tests.helpers import relative_difference
from tests.inspection.by_numpy import BY_NUMPY
from tests.inspection.models import backbone, held, images

CLOSE = 2e-5


def test_rows_of_the_output_projection():
    """The same as zeros in the rows of heads 0 and 2, by hand: 12 rows, 3 heads."""
    model, photographs = backbone("vit"), images("vit")
    without = inspection.knock_out(model, [(0, 2), ("encoder_block_0", 0), (-1, 1)])
    for name, rows in (("0", [0, 1, 2, 3, 8, 9, 10, 11]), ("1", [4, 5, 6, 7])):
        dense = model.get_layer(f"encoder_block_{name}").attention.output_dense
        kernel = keras.ops.convert_to_numpy(dense.kernel).copy()
        kernel[rows] = 0
        dense.kernel.assign(kernel)
    expected = model.predict_on_batch(photographs)
    assert relative_difference(without.predict_on_batch(photographs), expected) < 1e-6


def test_attention_of_a_head_that_gives_nothing():
    """Without the only head of a Swin's block its attention is the bias alone."""
    model, photographs = backbone("swin"), images("swin")
    without = inspection.knock_out(model, [("stage_0_block_0", 0)])
    features = inspection.feature_extractor(without, "stage_0_block_0")
    forward = BY_NUMPY["swin"](model, photographs)
    stem = keras.Model(model.input, model.get_layer("stage_0_block_0").input)
    x = stem.predict_on_batch(photographs).astype("float64")
    name = "stage_0_block_0"
    x = x + forward.weights[f"{name}/window_attention/attention/output/bias"]
    x = x + forward.mlp(x, name)
    assert relative_difference(features.predict_on_batch(photographs), x) < CLOSE


@pytest.mark.parametrize("wrapping", ["functional", "twice_nested", "loaded"])
def test_the_model_that_was_given_stays(wrapping, tmp_path):
    model, outer, _ = held(wrapping, "vit", tmp_path)
    before = model.predict_on_batch(outer)
    weights = model.get_weights()
    without = inspection.knock_out(model, [(1, 1)])
    changed = without.predict_on_batch(outer)
    assert relative_difference(changed, before) > 1e-3
    assert np.array_equal(model.predict_on_batch(outer), before)
    for one, other in zip(model.get_weights(), weights, strict=True):
        assert np.array_equal(one, other)
    without.save(tmp_path / "without.keras")
    again = keras.models.load_model(tmp_path / "without.keras")
    assert relative_difference(again.predict_on_batch(outer), changed) < CLOSE
    assert [w.shape for w in without.weights] == [w.shape for w in model.weights]


def test_only_changed_blocks_are_copies():
    model = backbone("vit")
    without = inspection.knock_out(model, [(1, 1)])
    shared = {id(weight) for weight in model.weights}
    own = [weight.path for weight in without.weights if id(weight) not in shared]
    assert own and all(path.startswith("encoder_block_1/") for path in own)


def test_it_can_be_looked_into():
    """Its own blocks, not those of the model that it came from."""
    model, photographs = backbone("vit"), images("vit")
    without = inspection.knock_out(model, [(0, 0), (0, 1), (0, 2)])
    first, second = inspection.attention_maps(without, photographs)
    of_first, of_second = inspection.attention_maps(model, photographs)
    assert relative_difference(first, of_first) < CLOSE
    assert relative_difference(second, of_second) > 1e-3
    twice = inspection.knock_out(without, [(1, 0)])
    assert (
        relative_difference(
            twice.predict_on_batch(photographs), without.predict_on_batch(photographs)
        )
        > 1e-3
    )


@pytest.mark.parametrize(
    ("heads", "message"),
    [
        ([(2, 0)], "is no block"),
        ([(0, 3)], "has heads 0 to 2. Received: head 3"),
        ([(0, -1)], "has heads 0 to 2"),
        ([], "pairs of a block and a head"),
        ([0, 1], "pairs of a block and a head"),
    ],
)
def test_wrong_heads(heads, message):
    with pytest.raises(ValueError, match=message):
        inspection.knock_out(backbone("vit"), heads)


def test_weights_that_no_configuration_tells_of():
    model = backbone("vit")
    model.get_layer("encoder_block_0").attention.query_dense.enable_lora(2)
    with pytest.raises(ValueError, match="cannot be copied"):
        inspection.knock_out(model, [(0, 1)])
