"""Pictures beside the classes that a model gives them."""

import keras
import numpy as np
import pytest

from keras_vit import inspection
from keras_vit.inspection.plots.predictions import RIGHT, WRONG, probabilities
from tests.inspection.models import backbone, images
from tests.models.small import small_vit

NAMES = ["ant", "bee", "cat", "dog", "elk", "fox", "gnu"]


def softmax(logits):
    powers = np.exp(logits)
    return powers / powers.sum(axis=1, keepdims=True)


def colors(axes):
    return [matching(bar.get_facecolor()) for bar in axes.patches]


def matching(color):
    import matplotlib.colors

    return matplotlib.colors.to_hex(color)


def test_bars_are_the_best_classes_and_their_probabilities():
    model, pictures = backbone("vit"), images("vit", 3)
    scores = softmax(model.predict(pictures, verbose=0))
    best = (-scores).argsort(axis=1)
    labels = [best[0, 0], best[1, 1], best[2, 6]]  # right, second best, not shown
    figure = inspection.plot_predictions(model, pictures, NAMES, top=2, labels=labels)
    rights = figure.axes[1::2]
    for i, axes in enumerate(rights):
        widths = [bar.get_width() for bar in axes.patches]
        np.testing.assert_allclose(widths, 100 * scores[i, best[i, :2]], rtol=1e-4)
        words = [text.get_text() for text in axes.texts]
        assert [word.split()[0] for word in words] == [NAMES[k] for k in best[i, :2]]
    assert colors(rights[0])[0] == RIGHT
    assert colors(rights[1]) == [WRONG, RIGHT]
    assert colors(rights[2])[0] == WRONG
    assert [axes.get_ylabel() for axes in figure.axes[::2]] == [
        NAMES[k] for k in labels
    ]
    assert "%" in rights[-1].get_xlabel()


@pytest.mark.parametrize("activation", ["softmax", "sigmoid", None])
def test_probabilities_whatever_the_head_gives(activation):
    pictures = images("vit")
    logits = backbone("vit").predict(pictures, verbose=0)
    expected = {
        "softmax": softmax,
        None: softmax,
        "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    }
    model = backbone("vit", classifier_activation=activation)
    np.testing.assert_allclose(
        probabilities(model, pictures), expected[activation](logits), atol=1e-5
    )


def test_logits_of_zero_say_that_all_classes_are_alike():
    model = small_vit(classifier_activation=None)
    for weight in model.get_layer("head").weights:
        weight.assign(0 * weight)
    scores = probabilities(model, images("vit"))
    np.testing.assert_allclose(scores, 1 / 7, rtol=1e-6)


def test_other_pictures_than_the_model_gets():
    model, pictures = backbone("vit"), images("vit")
    photographs = np.random.default_rng(0).integers(0, 256, (2, 6, 8, 3), dtype="uint8")
    figure = inspection.plot_predictions(model, pictures, pictures=photographs)
    shown = np.asarray(figure.axes[2].images[0].get_array())
    np.testing.assert_allclose(shown, photographs[1] / 255)
    assert figure.axes[1].texts[0].get_text().split()[0] in "0123456"


def test_bad_arguments():
    model, pictures = backbone("vit"), images("vit")
    with pytest.raises(ValueError, match="7 classes. Received: 2 names"):
        inspection.plot_predictions(model, pictures, NAMES[:2])
    with pytest.raises(ValueError, match="`labels` should have one entry"):
        inspection.plot_predictions(model, pictures, labels=[1])
    with pytest.raises(ValueError, match="from 0 to 6"):
        inspection.plot_predictions(model, pictures, labels=[1, 7])
    with pytest.raises(ValueError, match="include_top=True"):
        inspection.plot_predictions(backbone("vit", include_top=False), pictures)
    body = backbone("vit")
    two = keras.Model(body.input, [body.output, body.output])
    with pytest.raises(ValueError, match="include_top=True"):
        inspection.plot_predictions(two, pictures)
