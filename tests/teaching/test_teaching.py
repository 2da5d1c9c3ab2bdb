"""What the notebooks stand on."""

import importlib.util

import matplotlib.figure
import numpy as np
import pytest

from keras_vit import preprocess_input, teaching

needs_photographs = pytest.mark.skipif(
    not (importlib.util.find_spec("skimage") and importlib.util.find_spec("sklearn")),
    reason="scikit-image and scikit-learn bring the photographs",
)


@needs_photographs
@pytest.mark.parametrize("name", teaching.PHOTOGRAPHS)
def test_photograph_is_rgb(name):
    image = teaching.photograph(name)
    assert image.dtype == np.uint8
    assert image.ndim == 3
    assert image.shape[-1] == 3
    assert image.std() > 10  # something is to be seen


@needs_photographs
def test_photographs_are_the_middle_of_each():
    cat = teaching.photograph("cat")  # 300 x 451
    (square,) = teaching.photographs(["cat"], size=300)
    assert np.array_equal(square, cat[:, 75:375])


def test_unknown_photograph_is_named():
    with pytest.raises(ValueError, match="no photograph 'dog'"):
        teaching.photograph("dog")


@needs_photographs
def test_small_vit_knows_its_photographs():
    images = preprocess_input(
        teaching.photographs(), "dinov2", "ViTS14", image_size=224
    )
    answers = teaching.small_vit().predict(images, verbose=0)
    right = (answers.argmax(-1) == np.arange(len(teaching.PHOTOGRAPHS))).sum()
    assert right >= 13  # of 14, where chance has one


def test_small_vit_takes_the_hubs_place_with_one_line(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    pytest.importorskip("huggingface_hub")
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    model = teaching.pretrained_vit(image_size=28)
    assert model.name == "small_vit"
    assert model.output_shape == (None, 5, 80)
    lines = capsys.readouterr().out.strip().splitlines()
    assert len(lines) == 1
    assert "small ViT" in lines[0]


def test_checkpoint_is_below_a_megabyte():
    from keras_vit.teaching.small_vit import FILE

    assert FILE.stat().st_size < 1e6


def test_show_needs_words():
    figure = matplotlib.figure.Figure()
    with pytest.raises(ValueError, match="alt=''"):
        teaching.show(figure, "")


def test_show_puts_the_words_into_the_output(monkeypatch):
    pytest.importorskip("IPython")
    shown = []
    monkeypatch.setattr("IPython.get_ipython", lambda: object())
    monkeypatch.setattr("IPython.display.display", shown.append)
    figure = matplotlib.figure.Figure(figsize=(2, 1))
    axes = figure.subplots()
    axes.plot([1, 4, 9])
    teaching.show(axes, "A curve that rises ever faster.")
    (image,) = shown
    data, metadata = image._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == "A curve that rises ever faster."
    assert data["image/png"]


def test_a_figure_of_pyplot_is_shown_once(monkeypatch):
    pytest.importorskip("IPython")
    import matplotlib.pyplot

    other, figure = (matplotlib.pyplot.figure(figsize=(1, 1)) for _ in range(2))
    monkeypatch.setattr("IPython.get_ipython", lambda: object())
    monkeypatch.setattr("IPython.display.display", lambda image: None)
    teaching.show(figure, "An empty figure, shown.")
    assert matplotlib.pyplot.get_fignums() == [other.number]  # what pyplot would show
    matplotlib.pyplot.close(other)
