"""Another image, patch, window, number of channels or classes than the checkpoint's."""

import numpy as np
import pytest

from keras_vit.weights import load_weights, resampling, resize_matrices

POSITIONS = "position_embedding/embedding"
KERNEL = "patch_embedding/projection/kernel"


@pytest.fixture
def timm_vit(reference):
    return reference / "timm_vit.safetensors"  # 48x32 pixels, patch 8: a 6x4 grid


@pytest.fixture
def square_vit(reference):
    return reference / "timm_vit_avg_pool.safetensors"  # 40x40: a 5x5 grid


AVERAGE = {"pooling": "avg", "norm_after_pooling": True}


def test_square_grid_to_another(build_reference, square_vit, values):
    plain = build_reference("timm_vit_avg_pool")
    load_weights(plain, square_vit)
    model = build_reference("timm_vit_avg_pool", image_shape=(56, 24, 3))
    report = load_weights(model, square_vit)
    assert report.resized == {POSITIONS: "grid 5x5 → 7x3, bicubic"}
    before, after = values(plain)[POSITIONS], values(model)[POSITIONS]
    np.testing.assert_array_equal(after[0], before[0])  # the class token's
    known = resampling.resize_positions(before[1:], (5, 5), (7, 3))
    np.testing.assert_allclose(after[1:], known, rtol=1e-6)


def test_same_count_on_another_grid_is_resized(reference, build_reference, tmp_path):
    """16 patches are 4x4, also for a model of 2x8: order alone would mix places."""
    model = build_reference("google_vit", image_shape=(16, 64, 3))
    report = load_weights(model, reference / "google_vit.npz")
    assert report.resized == {POSITIONS: "grid 4x4 → 2x8, bicubic"}


def test_grid_that_is_not_square_has_to_be_told(
    reference, build_reference, timm_vit, values
):
    model = build_reference("timm_vit", image_shape=(64, 48, 3))
    report = load_weights(model, timm_vit, source_grid=(6, 4))
    assert report.resized == {POSITIONS: "grid 6x4 → 8x6, bicubic"}
    plain = build_reference("timm_vit")
    load_weights(plain, timm_vit)
    known = resampling.resize_positions(values(plain)[POSITIONS][1:], (6, 4), (8, 6))
    np.testing.assert_allclose(values(model)[POSITIONS][1:], known, rtol=1e-6)

    untold = build_reference("huggingface_vit", image_shape=(64, 48, 3))
    file = reference / "timm_vit_registers_layerscale.safetensors"
    registers = build_reference(
        "timm_vit_registers_layerscale", image_shape=(64, 48, 3)
    )
    with pytest.raises(ValueError, match=r"not square; give its shape.*source_grid"):
        load_weights(registers, file)
    with pytest.raises(ValueError, match="not those of a grid of 5x3"):
        load_weights(untold, timm_vit, source_grid=(5, 3))


def test_prefix_tokens_without_positions_get_zeros(build_reference, reference, values):
    name = "timm_vit_registers_layerscale"
    model = build_reference(name)
    report = load_weights(model, reference / f"{name}.safetensors")
    assert report.resized == {POSITIONS: "zeros for 5 prefix tokens"}
    positions = values(model)[POSITIONS]
    assert not positions[:5].any()
    assert positions[5:].any(axis=1).all()


def test_patch_and_channels(build_reference, square_vit, values):
    plain = build_reference("timm_vit_avg_pool")
    load_weights(plain, square_vit)
    model = build_reference("timm_vit_avg_pool", image_shape=(60, 60, 4), patch_size=12)
    report = load_weights(model, square_vit)
    assert report.resized == {
        KERNEL: "3 → 4 channels; patch 8x8 → 12x12, pseudo-inverse (FlexiViT)"
    }
    kernel = values(plain)[KERNEL].reshape(8, 8, 3, 24)
    known = resampling.resize_patch_kernel(kernel[:, :, [0, 1, 2, 0]] * 0.75, (12, 12))
    np.testing.assert_allclose(
        values(model)[KERNEL], known.reshape(-1, 24), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("channels", [1, 6])
def test_grey_images_keep_their_response(build_reference, square_vit, channels):
    """An image with one value in all channels looks the same, however many."""
    random = np.random.default_rng(2)
    image = random.normal(size=(1, 40, 40, 1)).astype("float32")
    plain = build_reference("timm_vit_avg_pool")
    load_weights(plain, square_vit)
    model = build_reference("timm_vit_avg_pool", image_shape=(40, 40, channels))
    load_weights(model, square_vit)
    known = plain.predict(np.repeat(image, 3, axis=-1), verbose=0)
    grey = np.repeat(image, channels, axis=-1)
    np.testing.assert_allclose(model.predict(grey, verbose=0), known, atol=1e-4)


@pytest.mark.parametrize("classes", [3, 7])
def test_head_of_another_size_stays_fresh(build_reference, timm_vit, values, classes):
    model = build_reference("timm_vit", classes=classes)
    before = values(model)
    report = load_weights(model, timm_vit)
    assert set(report.fresh) == {"head/kernel", "head/bias"}
    assert set(report.ignored) == {"head.weight", "head.bias"}
    assert report.tensors_in_file == 44
    np.testing.assert_array_equal(values(model)["head/kernel"], before["head/kernel"])


def test_without_top(build_reference, timm_vit):
    model = build_reference("timm_vit", include_top=False)
    report = load_weights(model, timm_vit)
    assert not report.fresh
    assert set(report.ignored) == {"head.weight", "head.bias"}


def test_without_pooling_the_norm_after_it_is_not_needed(build_reference, square_vit):
    model = build_reference("timm_vit_avg_pool", include_top=False, pooling=None)
    report = load_weights(model, square_vit)
    assert {"fc_norm.weight", "fc_norm.bias"} <= set(report.ignored)


@pytest.mark.parametrize(
    ("method", "done"), [("bicubic", "bicubic"), ("log_spaced", "log-spaced")]
)
def test_larger_window(build_reference, reference, values, method, done):
    file = reference / "timm_swin.safetensors"
    plain = build_reference("timm_swin")
    load_weights(plain, file)
    model = build_reference("timm_swin", window_size=7, image_shape=(112, 112, 3))
    report = load_weights(model, file, bias_resize=method)
    assert set(report.resized.values()) == {f"window 4x4 → 7x7, {done}"}
    table = "stage_1_block_1/window_attention/relative_position_bias_table"
    known = resampling.resize_bias_table(values(plain)[table], (4, 4), (7, 7), method)
    np.testing.assert_allclose(values(model)[table], known, rtol=1e-5, atol=1e-7)


def test_window_that_the_map_shrinks_is_cropped(build_reference, reference, values):
    """At 32 pixels the last stage is a 2x2 map: one window, and the table's centre."""
    file = reference / "timm_swin.safetensors"
    plain = build_reference("timm_swin")
    load_weights(plain, file)
    model = build_reference("timm_swin", image_shape=(32, 48, 3))
    report = load_weights(model, file)
    table = "stage_2_block_0/window_attention/relative_position_bias_table"
    assert report.resized[table] == "window 4x4 → 2x3, its centre"
    known = values(plain)[table].reshape(7, 7, 8)[2:5, 1:6].reshape(-1, 8)
    np.testing.assert_array_equal(values(model)[table], known)


def test_own_positions_on_two_axes_are_resized(small_vit, values, tmp_path):
    saved = small_vit(position_embedding="learned_2d")
    saved.save_weights(tmp_path / "two.weights.h5")
    model = small_vit(position_embedding="learned_2d", input_shape=(56, 48, 3))
    report = load_weights(model, tmp_path / "two.weights.h5")
    assert report.resized == {
        "position_embedding/row_embedding": "4 → 7 places, bicubic"
    }
    known = (
        resize_matrices.antialiased_matrix(4, 7)
        @ (values(saved)["position_embedding/row_embedding"])
    )
    np.testing.assert_allclose(
        values(model)["position_embedding/row_embedding"], known, rtol=1e-5, atol=1e-6
    )
