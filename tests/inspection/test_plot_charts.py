"""Charts show the numbers that they are given, named, with their units."""

import matplotlib.figure
import numpy as np
import pytest

from keras_vit import inspection
from tests.helpers import array
from tests.inspection.drawn import panels


@pytest.mark.parametrize(
    ("plot", "unit"),
    [
        (inspection.plot_attention_distance, "pixels"),
        (inspection.plot_attention_entropy, "nats"),
    ],
)
def test_one_dot_a_head_and_block(plot, unit):
    values = np.abs(array(4, 3))
    values[0, 2] = np.nan  # a Swin's first stage has fewer heads
    (axes,) = panels(plot(values))
    mean, heads = axes.lines
    np.testing.assert_allclose(mean.get_ydata(), np.nanmean(values, axis=1))
    np.testing.assert_array_equal(heads.get_ydata(), values.ravel())
    np.testing.assert_array_equal(heads.get_xdata(), np.repeat(range(4), 3))
    assert axes.get_xlabel() == "block" and unit in axes.get_ylabel()


def test_entropy_of_looking_at_all_alike_is_marked():
    (axes,) = panels(inspection.plot_attention_entropy(np.ones((2, 3)), num_tokens=50))
    assert axes.lines[-1].get_ydata() == pytest.approx([np.log(50)] * 2)
    assert "50" in axes.texts[0].get_text()


@pytest.mark.parametrize("prefix", [0, 1, 3])
def test_prefix_tokens_are_told_from_patches(prefix):
    norms = [1 + np.abs(array(2, 8, seed=block)) for block in range(4)]
    (axes,) = panels(inspection.plot_token_norms(norms, prefix))
    expected = {
        "patch": [block[:, prefix:] for block in norms],
        "class token": [block[:, :1] for block in norms],
        "register": [block[:, 1:prefix] for block in norms],
    }
    shown = {line.get_label(): line for line in axes.lines}
    assert list(shown) == ["patch", "class token", "register"][: 1 + min(prefix, 2)]
    for name, line in shown.items():
        got = line.get_ydata().reshape(4, -1)
        np.testing.assert_array_equal(got, [block.ravel() for block in expected[name]])
        blocks = line.get_xdata().reshape(4, -1)
        assert blocks.tolist() == [[n] * blocks.shape[1] for n in range(4)]
    assert axes.get_yscale() == "log"


def test_norms_of_a_swin_are_all_patches():
    norms = [1 + np.abs(array(2, 4, 6)), 1 + np.abs(array(2, 2, 3))]
    (axes,) = panels(inspection.plot_token_norms(norms))
    (line,) = axes.lines
    assert line.get_xdata().tolist() == [0] * 48 + [1] * 12
    with pytest.raises(ValueError, match="an array for each block"):
        inspection.plot_token_norms(norms[0][0])


def result_of_faithfulness():
    curves = np.abs(array(4, 2, 6))
    return inspection.Faithfulness(np.linspace(0, 1, 6), *curves)


def test_curves_are_means_over_images_with_their_areas():
    result = result_of_faithfulness()
    left, right = panels(inspection.plot_faithfulness(result))
    for axes, name in ((left, "deletion"), (right, "insertion")):
        for line, key in zip(axes.lines, (name, f"random_{name}"), strict=True):
            np.testing.assert_allclose(line.get_xdata(), [0, 20, 40, 60, 80, 100])
            np.testing.assert_allclose(line.get_ydata(), getattr(result, key).mean(0))
            assert f"{result.areas[key].mean():.2f}" in line.get_label()
        assert "%" in axes.get_xlabel()
    figure = matplotlib.figure.Figure()
    axes = figure.subplots(1, 2)
    assert inspection.plot_faithfulness(result, ax=axes) is axes
