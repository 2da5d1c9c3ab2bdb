"""Pictures show the numbers that they are given, named, with bars for their colors."""

import matplotlib.figure
import matplotlib.pyplot as plt
import numpy as np
import pytest

from keras_vit import inspection
from keras_vit.inspection.plots.photographs import as_gray, as_picture
from tests.helpers import array
from tests.models.small import small_vit

IMAGE = np.random.default_rng(0).integers(0, 256, (12, 20, 3), dtype="uint8")
MAP = np.abs(array(3, 5))
# Plots of one map: the call, its color bar's label.
MAPS = {
    "plot_attention_on_image": "weight",
    "plot_attention_rollout": "share of the answer",
    "plot_class_attention": "relevance",
    "plot_occlusion": "score lost when gray",
}


def drawn(axes):
    """The numbers of the axes' last image."""
    return np.asarray(axes.images[-1].get_array())


def bars(figure):
    """The color bars' labels."""
    return [
        axes.get_ylabel() for axes in figure.axes if axes.get_label() == "<colorbar>"
    ]


def panels(figure):
    return [axes for axes in figure.axes if axes.get_label() != "<colorbar>"]


@pytest.fixture(autouse=True)
def nothing_left_open():
    before = plt.get_fignums()
    yield
    assert plt.get_fignums() == before


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


def test_the_grid_of_grids():
    similarity = array(3, 4, 3, 4)
    figure = inspection.plot_position_similarity(similarity)
    (axes,) = panels(figure)
    grid = drawn(axes)
    assert grid.shape == (3 * 3 + 2, 4 * 4 + 3)
    for row, column in np.ndindex(3, 4):
        tile = grid[4 * row : 4 * row + 3, 5 * column : 5 * column + 4]
        np.testing.assert_array_equal(tile, similarity[row, column])
    assert np.ma.masked_invalid(grid)[3].mask.all()  # gaps are empty
    assert bars(figure) == ["cosine"]
    assert list(axes.get_xticks()) == [1.5, 6.5, 11.5, 16.5]


def test_large_grids_are_thinned_out():
    figure = inspection.plot_position_similarity(np.ones((12, 9, 12, 9)))
    (axes,) = panels(figure)
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        *"0246",
        "8",
        "10",
    ]
    (axes,) = panels(
        inspection.plot_position_similarity(np.ones((4, 4, 4, 4)), every=3)
    )
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "3"]


def test_biases_have_offsets_as_ticks_and_zero_in_the_middle():
    bias = array(3, 5, 7)
    figure = inspection.plot_relative_position_bias(bias)
    for panel, head in zip(panels(figure), bias, strict=True):
        np.testing.assert_array_equal(drawn(panel), head)
        assert panel.images[0].get_extent() == [-3.5, 3.5, 2.5, -2.5]
        low, high = panel.images[0].get_clim()
        assert low == -high == pytest.approx(-np.abs(bias).max())
    assert bars(figure) == ["added to the logits"]


def test_filters_are_gray_where_they_are_zero():
    filters = array(9, 3, 2, 3)
    filters[4, 1, 1] = 0
    (axes,) = panels(inspection.plot_patch_filters(filters))
    grid = drawn(axes)
    assert grid.shape == (2 * 3 + 1, 7 * 2 + 6, 3)  # two rows of seven, gaps of one
    np.testing.assert_allclose(grid[1, 4 * 3 + 1], 0.5)
    first = 0.5 + 0.5 * filters[0] / np.abs(filters[0]).max()
    np.testing.assert_allclose(grid[:3, :2], first)
    assert (grid[4:, 6:] == 1).all()  # nothing after the ninth
    (axes,) = panels(inspection.plot_patch_filters(array(2, 3, 2, 5)))
    grid = drawn(axes)
    assert np.array_equal(grid[..., 0], grid[..., 2])  # five channels: gray


def test_patches_are_the_image_with_gaps():
    (axes,) = panels(inspection.plot_patches(IMAGE, (4, 8)))
    grid = drawn(axes)
    np.testing.assert_allclose(grid[5:9, 9:17], IMAGE[4:8, 8:16] / 255)
    numbers = [text.get_text() for text in axes.texts]
    assert numbers == [str(n) for n in range(9)]  # 20 columns are padded to 24
    assert "3 × 3 = 9 patches" in axes.get_title()


def test_receptive_fields_relative_to_the_largest():
    fields = np.abs(array(5, 6, 7))
    fields[0, 2:] = 0
    figure = inspection.plot_receptive_field(fields, (1, 3), blocks=[0, -1])
    first, last = panels(figure)
    shown = np.ma.filled(np.ma.masked_invalid(drawn(first)), -1)
    expected = np.maximum(fields[0] / fields[0].max(), 1e-4)
    np.testing.assert_allclose(shown, np.where(fields[0] > 0, expected, -1))
    assert (first.get_title(), last.get_title()) == (
        "after block 0: 33 %",
        "after block 4: 100 %",
    )
    (ring,) = first.lines
    assert (ring.get_xdata(), ring.get_ydata()) == ([3], [1])
    assert bars(figure) == ["gradient (share of the largest)"]
    assert len(panels(inspection.plot_receptive_field(fields))) == 4


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


def test_features_are_black_behind_the_object():
    colors = np.random.default_rng(0).random((2, 3, 5, 3)).astype("float32")
    mask = array(2, 3, 5) > 0
    result = inspection.FeaturePCA(
        colors, mask, np.ones(3), colors[..., 0], np.ones(())
    )
    images = np.stack([IMAGE, IMAGE[::-1]])
    axes = panels(inspection.plot_feature_pca(result, images))
    for i in range(2):
        np.testing.assert_allclose(drawn(axes[2 * i]), as_picture(images[i]))
        expected = np.where(mask[i][..., None], colors[i], 0)
        np.testing.assert_allclose(drawn(axes[2 * i + 1]), expected)
        assert f"{100 * mask[i].mean():.0f} %" in axes[2 * i + 1].get_title()
    axes = panels(inspection.plot_feature_pca(result, images, background=True))
    np.testing.assert_allclose(drawn(axes[1]), colors[0])
    with pytest.raises(ValueError, match="the 2 images"):
        inspection.plot_feature_pca(result, images[:1])


def test_pictures_are_shown_whatever_the_model_was_given():
    normalized = array(4, 5, 3)
    shown = as_picture(normalized)
    assert (shown.min(), shown.max()) == (0, 1)
    np.testing.assert_allclose(as_picture(IMAGE), IMAGE / 255)
    np.testing.assert_allclose(as_picture(IMAGE.astype("float32")), IMAGE / 255)
    np.testing.assert_allclose(as_picture(IMAGE / 255), IMAGE / 255)
    assert as_picture(IMAGE[..., :1]).shape == (12, 20)
    assert as_picture(np.full((2, 3), -5.0)).tolist() == [[0] * 3] * 2


def test_what_is_not_one_images_array_is_refused():
    for plot, values in (
        (inspection.plot_attention_rollout, array(2, 3, 5)),
        (inspection.plot_attention_maps, array(1, 2, 7, 7)),
        (inspection.plot_attention_heads, array(3, 5)),
        (inspection.plot_attention_distance, array(3)),
        (inspection.plot_position_similarity, array(3, 5)),
        (inspection.plot_relative_position_bias, array(5, 7)),
        (inspection.plot_patch_filters, array(5, 7)),
        (inspection.plot_receptive_field, array(5, 7)),
        (inspection.plot_patches, array(2, 4, 5, 3)),
    ):
        with pytest.raises(ValueError, match="Received: shape"):
            plot(values)
    with pytest.raises(ValueError, match="3 heads"):
        inspection.plot_attention_heads(array(3, 4, 5), heads=[3])
    with pytest.raises(ValueError, match="2 blocks"):
        inspection.plot_receptive_field(array(2, 4, 5), blocks=[2])


def test_every_array_can_be_drawn():
    assert len(inspection.plots.__all__) == len(set(inspection.plots.__all__))
    model = small_vit(input_shape=(9, 10, 3), position_embedding="learned")
    pictures = np.random.default_rng(0).random((2, 9, 10, 3), dtype="float32")
    inspection.plot_patch_filters(inspection.patch_filters(model, 4))
    inspection.plot_position_similarity(inspection.position_similarity(model))
    loss = inspection.occlusion(model, pictures, 0)
    inspection.plot_occlusion(loss[0], pictures[0])
    result = inspection.feature_pca(model, pictures)
    inspection.plot_feature_pca(result, pictures)


def test_a_notebook_shows_a_picture_once_with_words():
    formatters = pytest.importorskip("IPython.core.formatters")
    figure = inspection.plot_attention_rollout(MAP, IMAGE)
    data, metadata = formatters.DisplayFormatter().format(figure)
    assert data["image/png"].startswith(b"\x89PNG")
    assert set(data) == {"image/png", "text/plain"}
    alt = metadata["image/png"]["alt"]
    assert "Attention rollout" in alt and "share of the answer" in alt
