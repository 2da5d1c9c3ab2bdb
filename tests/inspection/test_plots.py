"""What holds for all plots: checks, pictures of any images, notebooks."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from keras_vit import inspection
from keras_vit.inspection.plots.photographs import as_picture
from tests.helpers import array
from tests.inspection.drawn import IMAGE, drawn, panels
from tests.models.small import small_vit

MAP = np.abs(array(3, 5))


@pytest.fixture(autouse=True)
def nothing_left_open():
    before = plt.get_fignums()
    yield
    assert plt.get_fignums() == before


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
        (lambda lens: inspection.plot_logit_lens(lens, 0), array(2, 4, 5)),
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
