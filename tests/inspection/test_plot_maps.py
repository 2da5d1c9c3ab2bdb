"""Maps show the numbers that they are given, named, with bars for their colors."""

import matplotlib.figure
import numpy as np
import pytest

from keras_vit import inspection
from keras_vit.inspection.plots.photographs import as_gray
from tests.helpers import array
from tests.inspection.drawn import IMAGE, bars, drawn, is_bar, panels

MAP = np.abs(array(3, 5))
# Plots of one map: the call, its color bar's label.
MAPS = {
    "plot_attention_on_image": "weight",
    "plot_attention_rollout": "share of the answer",
    "plot_class_attention": "relevance",
    "plot_occlusion": "score lost when gray",
}


@pytest.mark.parametrize("name", MAPS)
def test_maps_over_an_image(name):
    figure = getattr(inspection, name)(MAP, IMAGE)
    assert isinstance(figure, matplotlib.figure.Figure)
    (axes,) = panels(figure)
    np.testing.assert_array_equal(drawn(axes), MAP)
    np.testing.assert_allclose(np.asarray(axes.images[0].get_array()), as_gray(IMAGE))
    # Each number covers its part of the image.
    assert [image.get_extent() for image in axes.images] == [[0, 20, 12, 0]] * 2
    assert bars(figure) == [MAPS[name]]
    assert axes.get_title()
    assert axes.images[-1].cmap.name in ("viridis", "cividis")


@pytest.mark.parametrize("name", MAPS)
def test_maps_on_given_axes(name):
    figure = matplotlib.figure.Figure()
    left, right = figure.subplots(1, 2)
    assert getattr(inspection, name)(MAP, ax=right) is right
    np.testing.assert_array_equal(drawn(right), MAP)
    assert not left.images


def test_query_has_a_frame_around_its_place():
    figure = inspection.plot_attention_on_image(MAP, IMAGE, position=(1, 3))
    (frame,) = panels(figure)[0].patches
    assert frame.get_bbox().bounds == (12, 4, 4, 4)  # 4 x 4 pixels a place


def test_zero_is_the_middle_of_occlusions_colors():
    (axes,) = panels(inspection.plot_occlusion(np.array([[-3.0, 1.0]])))
    assert axes.images[0].get_clim() == (-3, 3)


def test_heads_share_one_scale():
    attention = np.abs(array(4, 3, 5))
    figure = inspection.plot_attention_heads(attention, IMAGE, (2, 0), heads=[3, 0, -2])
    axes = panels(figure)
    for panel, head in zip(axes, (3, 0, 2), strict=True):
        np.testing.assert_array_equal(drawn(panel), attention[head])
        assert panel.get_title() == f"head {head}"
        assert panel.images[-1].get_clim() == (0, attention[[3, 0, 2]].max())
        assert panel.patches[0].get_bbox().bounds == (0, 8, 4, 4)
    assert bars(figure) == ["weight"]


def test_attention_matrices():
    scores = np.random.default_rng(0).dirichlet(np.ones(7), size=(2, 7))
    figure = inspection.plot_attention_maps(scores)
    for panel, head in zip(panels(figure), scores, strict=True):
        np.testing.assert_allclose(drawn(panel), head, rtol=1e-6)
    assert bars(figure) == ["weight"]
    assert (figure.get_supxlabel(), figure.get_supylabel()) == ("key", "query")


def test_receptive_fields_relative_to_the_largest():
    fields = np.abs(array(5, 6, 7))
    fields[0, 2:] = 0
    figure = inspection.plot_receptive_field(fields, (1, 3), blocks=[0, -1])
    first, last = panels(figure)
    shown = np.ma.filled(np.ma.masked_invalid(drawn(first)), -1)
    expected = np.maximum(fields[0] / fields[0].max(), 1e-4)
    np.testing.assert_allclose(shown, np.where(fields[0] > 0, expected, -1))
    assert (first.get_title(), last.get_title()) == (
        "block 0: 33 % of pixels",
        "block 4: 100 % of pixels",
    )
    (ring,) = first.lines
    assert (ring.get_xdata(), ring.get_ydata()) == ([3], [1])
    assert bars(figure) == ["gradient (share of the largest)"]
    assert len(panels(inspection.plot_receptive_field(fields))) == 4


def test_the_lens_shows_one_class_and_how_many_patches_say_it():
    logits = array(5, 3, 4, 6)
    powers = np.exp(logits)
    expected = powers / powers.sum(axis=-1, keepdims=True)
    for lens in (logits, expected):
        figure = inspection.plot_logit_lens(lens, 2, IMAGE, "elk", blocks=[0, -1])
        for panel, block in zip(panels(figure), (0, 4), strict=True):
            np.testing.assert_allclose(drawn(panel), expected[block, ..., 2], rtol=1e-5)
            share = (logits[block].argmax(-1) == 2).mean()
            assert panel.get_title() == f"block {block}: {100 * share:.0f} % say so"
            assert panel.images[-1].get_clim() == (0, 1)
        assert bars(figure) == ["probability"]
        assert "elk" in figure.get_suptitle()
    with pytest.raises(ValueError, match="from 0 to 5"):
        inspection.plot_logit_lens(logits, 6)


def test_one_outlier_does_not_use_up_the_colors():
    values = np.linspace(0, 0.01, 400).reshape(20, 20)
    values[3, 4] = 0.6
    for figure in (
        inspection.plot_attention_rollout(values),
        inspection.plot_attention_heads(values[None]),
        inspection.plot_attention_maps(values[None]),
    ):
        (axes,) = panels(figure)
        low, high = axes.images[0].get_clim()
        assert low == pytest.approx(0) and 0.0095 < high < 0.0105
        (bar,) = filter(is_bar, figure.axes)
        assert bar._colorbar.extend == "max"  # an arrow: there is more
    values[3, 4] = 0.01
    figure = inspection.plot_attention_rollout(values)
    assert panels(figure)[0].images[0].get_clim()[1] == 0.01
