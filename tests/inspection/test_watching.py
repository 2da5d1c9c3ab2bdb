"""A model is called again, and gives what its blocks keep for themselves."""

import gc
import weakref

import keras
import numpy as np
import pytest

from keras_vit.inspection import running
from keras_vit.inspection.finding import find
from keras_vit.inspection.running import found_for, kept, run
from keras_vit.inspection.watching import scores_model, tokens_model
from tests.helpers import relative_difference, to_numpy
from tests.inspection.models import MAKERS, backbone, held, images
from tests.models.small import SHAPES

SAME = 2e-6  # the fast roads of a block round otherwise than the plain one


def by_hand(kind, photographs, head=True):
    """Tokens after each block and scores, block by block."""
    body = backbone(kind, **({} if head else {"include_top": False, "pooling": "avg"}))
    found = find(body)
    x = keras.Model(body.input, found.blocks[0].input)(photographs)
    tokens, scores = [], []
    for layer in body.layers[body.layers.index(found.blocks[0]) :]:
        if layer is found.norm:
            break
        if layer in found.blocks:
            x, seen = layer(x, return_attention_scores=True)
            tokens.append(to_numpy(x))
            scores.append(to_numpy(seen))
        else:
            x = layer(x)
    return tokens, scores


def outputs(model, photographs):
    return [
        np.concatenate(parts) for parts in zip(*run(model, photographs), strict=True)
    ]


@pytest.mark.parametrize(
    ("wrapping", "kind"),
    [
        *((wrapping, "vit") for wrapping in MAKERS if wrapping != "fine_tuned"),
        ("alone", "swin"),
        ("twice_nested", "swin"),
    ],
)
def test_scores_and_tokens(wrapping, kind, tmp_path):
    model, outer, inner = held(wrapping, kind, tmp_path)
    found, outer = found_for(model, outer)
    head = len(found.path) == 1
    tokens, scores = by_hand(kind, inner, head)
    got = outputs(scores_model(found, range(len(found.blocks))), outer)
    for one, expected in zip(got, scores, strict=True):
        assert relative_difference(one, expected) < SAME
    got = outputs(tokens_model(found, found.blocks), outer)
    for one, expected in zip(got, tokens, strict=True):
        assert relative_difference(one, expected) < 20 * SAME


def test_what_is_made_of_scores_replaces_them():
    vit = backbone("vit")

    def look(number, scores):
        return number + keras.ops.mean(scores, axis=(-1, -2))

    means = scores_model(find(vit), (1, 0), look)
    first, second = outputs(means, images("vit"))
    assert first.shape == second.shape == (2, 3)
    np.testing.assert_allclose(first, 1 / 16, rtol=1e-5)
    np.testing.assert_allclose(second, 1 + 1 / 16, rtol=1e-5)


def test_the_model_stays_as_it_was(tmp_path):
    model, outer, _ = held("functional", "vit", tmp_path)
    config, paths = model.get_config(), [weight.path for weight in model.weights]
    before = model.predict(outer, verbose=0)
    found = find(model)
    outputs(scores_model(found, [0]), outer)
    assert model.get_config() == config
    assert [weight.path for weight in model.weights] == paths
    assert np.array_equal(model.predict(outer, verbose=0), before)
    model.save(tmp_path / "again.keras")
    again = keras.models.load_model(tmp_path / "again.keras")
    assert np.array_equal(again.predict(outer, verbose=0), before)


def test_a_model_of_any_loss_is_looked_into(tmp_path):
    """Its loss cannot be saved, and its optimizer is not built a second time."""
    model, outer, _ = held("fine_tuned", "vit", tmp_path)
    (tokens,) = outputs(tokens_model(find(model), [find(model).norm]), outer)
    expected = keras.Model(model.input, model.get_layer("norm").output)(outer)
    assert relative_difference(tokens, to_numpy(expected)) < SAME
    assert (
        relative_difference(
            outputs(scores_model(find(model), [1]), outer)[0].sum(axis=-1),
            np.ones((2, 3, 16)),
        )
        < SAME
    )


def test_a_model_that_is_called_twice_is_refused():
    vit = backbone("vit")
    one, other = keras.Input(SHAPES["vit"]), None
    other = keras.layers.Rescaling(2.0)(one)
    twice = keras.Model(one, keras.layers.Subtract()([vit(one), vit(other)]))
    with pytest.raises(ValueError, match="calls 'vision_transformer' more than once"):
        scores_model(find(twice), [0])


@pytest.mark.parametrize("count", [1, 5, 7])
def test_any_number_of_images(count, monkeypatch):
    """A few at a time, as many each time, and none lost or given twice."""
    monkeypatch.setattr(running, "MEMORY", 300)
    sizes = []

    class Model:
        def predict_on_batch(self, batch):
            sizes.append(len(batch))
            return batch * 2

    photographs = images("vit", count)
    parts = [part for (part,) in run(Model(), photographs, bytes_an_image=100)]
    assert np.array_equal(np.concatenate(parts), 2 * photographs)
    assert len(set(sizes)) == 1 and sizes[0] <= 3


def test_what_was_made_is_kept_until_the_weights_are_others():
    vit, made = backbone("vit"), []

    def make():
        made.append(object())
        return made[-1]

    assert kept(vit, "a", make) is kept(vit, "a", make) is made[0]
    assert kept(vit, "b", make) is made[1]
    vit.get_layer("head").kernel.assign(keras.ops.ones((12, 7)))
    assert kept(vit, "a", make) is made[0]
    vit.get_layer("head").enable_lora(2)
    assert kept(vit, "a", make) is made[2]


def test_a_model_that_was_looked_into_is_freed():
    vit = backbone("vit")
    alive = weakref.ref(vit)

    def look(model):
        found = find(model)
        return kept(model, "scores", lambda: scores_model(found, [0]))

    outputs(look(vit), images("vit"))
    del vit
    gc.collect()
    assert alive() is None
